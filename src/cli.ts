#!/usr/bin/env node
import { main } from './cli/main.ts'
import { processEnvironment } from './config.ts'

process.exitCode = await main(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  environment: processEnvironment(),
})
