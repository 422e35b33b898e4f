/** Name and value of the header by which each answer of the sandbox shows where it comes from. */
export const sandboxHeader = ['magic-hour-sandbox', 'true'] as const
