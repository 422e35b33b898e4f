/** A plan of Magic Hour. */
export type AccountTier = 'FREE' | 'CREATOR' | 'PRO' | 'BUSINESS'

/** The Magic Hour account that pays. */
export interface Account {
  readonly id: string
  readonly credits: number
  /** null for a plan that this program does not know. */
  readonly tier: AccountTier | null
}
