import { describe, expect, test } from 'vitest'
import { contentProblem, headBytes } from '../../src/http/sniff-image.ts'
import { anIphonePhoto, heifHead, pictures } from '../support/images.ts'

const jp2 = (brand: string): Buffer =>
  Buffer.concat([
    Buffer.from('0000000c6a5020200d0a870a00000014667479706a703220', 'hex').subarray(0, 20),
    Buffer.from(brand),
    Buffer.alloc(40),
  ])
const apng = async (): Promise<Buffer> => {
  const png = await pictures.png()
  const control = Buffer.from('000000086163544c0000000100000000b4af9d6b', 'hex')
  return Buffer.concat([png.subarray(0, 33), control, png.subarray(33)])
}

describe('a file that is what its extension says has no problem', () => {
  test.for([
    ['png', pictures.png],
    ['png', apng],
    ['jpg', pictures.jpg],
    ['jpeg', pictures.jpg],
    ['jfif', pictures.jpg],
    ['webp', pictures.webp],
    ['avif', pictures.avif],
    ['heif', pictures.avif],
    ['tif', pictures.tiff],
    ['tiff', pictures.tiff],
    ['tiff', () => Buffer.from('4d4d002a7fffffff', 'hex')],
    ['tiff', () => Buffer.from('49492b000800000010000000', 'hex')],
    ['bmp', () => Buffer.from('BM\0\0\0\0')],
    ['heic', anIphonePhoto],
    ['heif', anIphonePhoto],
    ['heic', () => heifHead('mif1', 'mif1', 'heic')],
    ['heif', () => heifHead('mif1', 'mif1', 'heic')],
    ['avif', () => heifHead('mif1', 'mif1', 'avif', 'miaf')],
    ['heic', () => heifHead('hevc', 'msf1', 'hevc')],
    ['heic', () => heifHead('heim', 'mif1')],
    ['heif', () => heifHead('mif2', 'mif1')],
    ['heic', () => heifHead('mif1')],
    ['avif', () => heifHead('avis', 'msf1')],
    ['jp2', () => jp2('jp2 ')],
    ['jp2', () => jp2('jpx ')],
    ['jp2', () => Buffer.from('ff4fff51002f000000000000', 'hex')],
  ] as const)('%s %#', async ([extension, content]) => {
    expect(await contentProblem(extension, (await content()).subarray(0, headBytes))).toBeNull()
  })
})

describe('a file that is something else is named, with what to do', () => {
  test.for([
    [
      'png',
      anIphonePhoto,
      'This file is called PNG, but its content is HEIC. Ask for an upload with the extension heic.',
    ],
    [
      'heic',
      pictures.jpg,
      'This file is called HEIC, but its content is JPG. Ask for an upload with the extension jpg.',
    ],
    [
      'heic',
      pictures.avif,
      'This file is called HEIC, but its content is AVIF. Ask for an upload with the extension avif.',
    ],
    [
      'avif',
      anIphonePhoto,
      'This file is called AVIF, but its content is HEIC. Ask for an upload with the extension heic.',
    ],
    ['jpg', apng, 'This file is called JPG, but its content is PNG. Ask for an upload with the extension png.'],
    [
      'jpg',
      pictures.tiff,
      'This file is called JPG, but its content is TIF. Ask for an upload with the extension tif.',
    ],
    [
      'png',
      () => Buffer.from('GIF89a\0\0\0\0'),
      'This file is called PNG, but its content is GIF, which Magic Hour does not take. Save it as JPG or PNG.',
    ],
    [
      'jpg',
      () => heifHead('isom', 'mp42'),
      'This file is called JPG, but its content is MP4, which Magic Hour does not take. Save it as JPG or PNG.',
    ],
    [
      'jpg',
      () => Buffer.from('%PDF-1.7\n'),
      'This file is called JPG, but its content is PDF, which Magic Hour does not take. Save it as JPG or PNG.',
    ],
    [
      'png',
      () => Buffer.from('<!doctype html><html>'),
      'This file is called PNG, but its content is no image that is known.',
    ],
    ['png', () => Buffer.from('x'), 'This file is called PNG, but its content is no image that is known.'],
    ['png', () => Buffer.alloc(0), 'This file is called PNG, but its content is no image that is known.'],
    [
      'heic',
      () => Buffer.from('0000000466747970', 'hex'),
      'This file is called HEIC, but its content is no image that is known.',
    ],
  ] as const)('%s %#', async ([extension, content, words]) => {
    expect(await contentProblem(extension, (await content()).subarray(0, headBytes))).toBe(words)
  })
})
