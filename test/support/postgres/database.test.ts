import { Client } from 'pg'
import { expect, test } from 'vitest'
import { type TestDatabase, createTestDatabase } from './database.ts'

const connect = async ({ url }: TestDatabase): Promise<Client> => {
  const client = new Client(url)
  await client.connect()
  return client
}

test('two databases do not see each other’s tables', async () => {
  await using one = await createTestDatabase()
  await using other = await createTestDatabase()
  await one.query('CREATE TABLE pictures (id int)')
  await expect(other.query('SELECT * FROM pictures')).rejects.toMatchObject({ code: '42P01' })
})

test('many databases are created and dropped at the same time', async () => {
  const names = await Promise.all(
    Array.from({ length: 20 }, async () => {
      await using database = await createTestDatabase()
      const [row] = await database.query('SELECT current_database() AS name')
      return row?.['name']
    }),
  )
  expect(new Set(names).size).toBe(20)
})

test('a database is dropped although someone is connected', async () => {
  const database = await createTestDatabase()
  const client = await connect(database)
  const lost = new Promise((resolve) => client.on('error', resolve))
  await database[Symbol.asyncDispose]()
  await expect(lost).resolves.toMatchObject({ code: '57P01' })
  await expect(connect(database)).rejects.toMatchObject({ code: '3D000' })
})

test('terminated connections are gone, those to other databases stay', async () => {
  await using database = await createTestDatabase()
  await using other = await createTestDatabase()
  const [mine, others] = await Promise.all([connect(database), connect(other)])
  const lost = new Promise((resolve) => mine.on('error', resolve))
  await database.terminateConnections()
  await expect(lost).resolves.toMatchObject({ code: '57P01' })
  await expect(others.query('SELECT 1')).resolves.toMatchObject({ rowCount: 1 })
  await others.end()
})

test('a read-only database refuses what new connections write, until it may be written again', async () => {
  await using database = await createTestDatabase()
  await database.setReadOnly(true)
  const standby = await connect(database)
  await expect(standby.query('CREATE TABLE pictures (id int)')).rejects.toMatchObject({ code: '25006' })
  await database.query('CREATE TABLE pictures (id int)')
  await database.setReadOnly(false)
  const primary = await connect(database)
  await expect(primary.query('INSERT INTO pictures VALUES (1)')).resolves.toMatchObject({ rowCount: 1 })
  await Promise.all([standby.end(), primary.end()])
})

test('an unreachable database refuses connections, until it is reachable again', async () => {
  await using database = await createTestDatabase()
  await database.setReachable(false)
  await expect(connect(database)).rejects.toMatchObject({ code: '55000' })
  await database.setReachable(true)
  await expect(database.query('SELECT 1 AS one')).resolves.toStrictEqual([{ one: 1 }])
})
