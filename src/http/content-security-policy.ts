/** What helmet makes the header of. */
export interface ContentPolicy {
  readonly useDefaults: false
  readonly directives: Record<string, string[]>
}

/** A policy for a page of plain JSON: it may load nothing. */
export const strictPolicy: ContentPolicy = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
}

/** The page at `/`: scripts, styles and requests of this server alone, and pictures that the page has in memory. */
export const pagePolicy: ContentPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
  },
}

/** GraphiQL: its editor writes style elements of its own, has a font, and works in workers. */
export const graphiqlPolicy: ContentPolicy = {
  useDefaults: false,
  directives: {
    ...pagePolicy.directives,
    styleSrc: ["'self'", "'unsafe-inline'"],
    fontSrc: ["'self'", 'data:'],
    workerSrc: ["'self'", 'blob:'],
  },
}

const landingPageCdn = 'https://apollo-server-landing-page.cdn.apollographql.com'
const sandboxCdn = 'https://embeddable-sandbox.cdn.apollographql.com'

/**
 * A policy under which Apollo Sandbox works. Inline code is allowed here, because the page carries its own, stricter policy
 * with a nonce that only it knows; the browser holds it to both.
 */
export const landingPagePolicy: ContentPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'unsafe-inline'", sandboxCdn],
    styleSrc: ["'unsafe-inline'", 'https://fonts.googleapis.com'],
    fontSrc: ['https://fonts.gstatic.com'],
    imgSrc: [landingPageCdn],
    manifestSrc: [landingPageCdn],
    frameSrc: ['https://sandbox.embed.apollographql.com'],
    // Covers a WebSocket to this server too (CSP 3): in Chrome from 71 on, in Safari from 16 on.
    connectSrc: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'none'"],
  },
}
