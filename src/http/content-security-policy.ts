/** A policy for a page of plain JSON: it may load nothing. */
export const strictPolicy = {
  useDefaults: false,
  directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"], baseUri: ["'none'"], formAction: ["'none'"] },
}

const landingPageCdn = 'https://apollo-server-landing-page.cdn.apollographql.com'
const sandboxCdn = 'https://embeddable-sandbox.cdn.apollographql.com'

/**
 * A policy under which Apollo Sandbox works. Inline code is allowed here, because the page carries its own, stricter policy
 * with a nonce that only it knows; the browser holds it to both.
 */
export const landingPagePolicy = {
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
