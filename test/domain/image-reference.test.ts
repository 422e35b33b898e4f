import { describe, expect, test } from 'vitest'
import { extensionProblem, imageExtensions, imageReferenceProblem } from '../../src/domain/image-reference.ts'

describe('an image reference is taken when it is', () => {
  test.for([
    'https://example.com/photo.png',
    'http://example.com/a/b/photo.JPG',
    'https://example.com/photo.jpeg?width=1200&sig=a%2Fb',
    'https://example.com/photo.webp#top',
    'https://magichour.ai/my-library?imageId=abc123',
    'api-assets/account/1234.png',
    'api-assets/account/1234.heic',
    ...imageExtensions.map((extension) => `https://example.com/a.${extension}`),
  ])('%s', (reference) => {
    expect(imageReferenceProblem(reference)).toBeNull()
  })
})

describe('an image reference is refused, and told why, when it is', () => {
  test.for([
    ['', /use a public http/],
    ['photo.png', /use a public http/],
    ['/etc/passwd', /use a public http/],
    ['ftp://example.com/a.png', /use a public http/],
    ['data:image/png;base64,AAAA', /use a public http/],
    ['https://example.com/photo.gif', /must end in one of png/],
    ['https://example.com/photo', /must end in one of png/],
    ['https://example.com/?file=photo.png', /must end in one of png/],
    ['https://user:secret@example.com/photo.png', /user name or password/],
    ['https://', /cannot be read/],
    ['https://magichour.ai/my-library', /names its image/],
    ['https://magichour.ai/my-library?imageId=', /names its image/],
    ['https://example.com/my photo.png', /blanks/],
    ['https://example.com/a.png\n', /blanks/],
    ['api-assets/../secrets/a.png', /exactly as/],
    ['api-assets//a.png', /exactly as/],
    ['api-assets/a.png?x=1', /exactly as/],
    ['api-assets/account/clip.mp4', /must end in one of png/],
    [`https://example.com/${'a'.repeat(4_100)}.png`, /at most 4096/],
  ] as const)('%s', ([reference, problem]) => {
    expect(imageReferenceProblem(reference)).toMatch(problem)
  })
})

test.for(['gif', '.png', 'PNG', '', 'mp4', 'png '])(
  'the extension «%s» is refused with the ones that are taken',
  (extension) => {
    expect(extensionProblem(extension)).toContain('png, jpg, jpeg')
  },
)
