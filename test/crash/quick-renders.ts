import type { Ledger } from '../../src/domain/ledger.ts'
import { aJob } from '../support/builders.ts'

/** Has the ledger look back on renders that took no time: new jobs are then looked up within a second, and not in four. */
export const rememberQuickRenders = async (ledger: Pick<Ledger, 'adopt' | 'update'>): Promise<void> => {
  for (let count = 0; count < 30; count += 1) {
    const facts = { id: `earlier-${count}`, tenant: 'earlier', account: 'earlier' }
    await ledger.adopt(aJob('QUEUED', facts), null)
    await ledger.update(aJob('COMPLETE', { ...facts, revision: 1 }), { afterMs: 20, byMs: 40, saidBy: 'LOOKUP' })
  }
}
