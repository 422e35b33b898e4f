import { DomainError, LedgerUnavailable } from '../domain/errors.ts'

/** Runs what needs the database: whatever goes wrong with it becomes LedgerUnavailable, with the database's words as the cause. */
export const guard = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw error instanceof DomainError ? error : new LedgerUnavailable('', { cause: error })
  }
}
