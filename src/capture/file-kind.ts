/** What a file is, by its own first bytes; names and media types are often wrong. */
export type FileKind =
  /** An image that browsers read; animated or not. */
  | { readonly type: 'image'; readonly mediaType: string }
  /** An image in a format that few browsers read. */
  | { readonly type: 'foreign-image'; readonly name: string }
  /** A list of addresses, where what it lists would have to be fetched. */
  | { readonly type: 'playlist'; readonly name: string }
  /** A video in a container that no browser opens. */
  | { readonly type: 'foreign-video'; readonly name: string }
  /** Sound, in a format that has no room for a picture. */
  | { readonly type: 'sound'; readonly name: string }
  /** Neither picture nor sound. */
  | { readonly type: 'not-media'; readonly name: string }
  /** A container that may hold a video. */
  | { readonly type: 'iso' | 'matroska' | 'mpeg-ts' | 'ogg' }
  | { readonly type: 'unknown' }

/** Bytes of the beginning that `kindOf` looks at. */
export const headBytes = 4096

/** How images begin that browsers read: bytes as text, `.` for any. */
const imageSignatures = [
  ['image/gif', 'GIF8'],
  ['image/png', '\x89PNG\r\n'],
  ['image/webp', 'RIFF....WEBP'],
  ['image/avif', '....ftypavi'],
  ['image/jpeg', '\xff\xd8\xff'],
  // The length of the file, and two numbers that are always 0.
  ['image/bmp', 'BM....\0\0\0\0'],
] as const

/** Brands of HEIF whose pictures are HEVC or older; `mif1` and `msf1` say only that it is HEIF. */
const heicBrands = ['heic', 'heix', 'heim', 'heis', 'hevc', 'hevx', 'hevm', 'hevs', 'mif1', 'msf1', 'mif2', 'msf2']

const foreignImages = [
  ['JPEG XL', '\xff\x0a'],
  ['JPEG XL', '\0\0\0\x0cJXL '],
  ['JPEG 2000', '\0\0\0\x0cjP  '],
  ['TIFF', 'II*\0'],
  ['TIFF', 'MM\0*'],
  ['Photoshop', '8BPS'],
] as const

const foreignVideos = [
  ['AVI', 'RIFF....AVI '],
  ['Windows Media (WMV, ASF)', '\x30\x26\xb2\x75\x8e\x66\xcf\x11'],
  ['Flash video (FLV)', 'FLV\x01'],
  ['Flash (SWF)', 'FWS'],
  ['Flash (SWF)', 'CWS'],
  ['MPEG program stream (MPG, VOB)', '\0\0\x01\xba'],
  ['raw MPEG-1 or MPEG-2 video', '\0\0\x01\xb3'],
  ['raw MPEG-4 video', '\0\0\x01\xb0'],
  ['RealMedia', '.RMF'],
  ['MXF', '\x06\x0e\x2b\x34'],
  ['IVF', 'DKIF'],
  ['uncompressed YUV4MPEG', 'YUV4MPEG2'],
  ['DV', '\x1f\x07\x00'],
  ['Windows recorded TV (WTV)', '\xb7\xd8\x00\x20'],
] as const

const sounds = [
  ['WAV', 'RIFF....WAVE'],
  ['WAV', 'RF64....WAVE'],
  ['AIFF', 'FORM....AIF'],
  ['FLAC', 'fLaC'],
  ['MP3', 'ID3'],
  ['AMR', '#!AMR'],
  ['MIDI', 'MThd'],
  ['AU', '.snd'],
] as const

const notMedia = [
  ['a zip archive or an Office document', 'PK\x03\x04'],
  ['a PDF document', '%PDF'],
  ['a gzip archive', '\x1f\x8b'],
  ['a 7-Zip archive', '7z\xbc\xaf'],
  ['a RAR archive', 'Rar!'],
  ['a program', '\x7fELF'],
  ['a program', 'MZ'],
] as const

/** @param head the first `headBytes` of a file, or all of a shorter one */
export function kindOf(head: Uint8Array): FileKind {
  const image = imageTypeOf(head)
  if (image) return { type: 'image', mediaType: image }
  const brand = latin(head, 8, 4)
  if (latin(head, 4, 4) === 'ftyp') {
    if (!heicBrands.includes(brand)) return { type: 'iso' }
    // The brands that follow say what pictures a file of the general kind holds.
    const others = latin(head, 16, Math.min(64, new DataView(head.buffer, head.byteOffset).getUint32(0) - 16))
    if (/avi[fs]/.test(others)) return { type: 'image', mediaType: 'image/avif' }
    return { type: 'foreign-image', name: 'HEIC' }
  }
  const foreignImage = nameOf(foreignImages, head)
  if (foreignImage) return { type: 'foreign-image', name: foreignImage }
  const foreignVideo = nameOf(foreignVideos, head)
  if (foreignVideo) return { type: 'foreign-video', name: foreignVideo }
  if (isTransportStream(head)) return { type: 'mpeg-ts' }
  if (startsWith(head, '\x1a\x45\xdf\xa3')) return { type: 'matroska' }
  if (startsWith(head, 'OggS')) return { type: 'ogg' }
  if (isIsoBox(head)) return { type: 'iso' }
  const sound = nameOf(sounds, head)
  if (sound) return { type: 'sound', name: sound }
  const other = nameOf(notMedia, head)
  if (other) return { type: 'not-media', name: other }
  const raw = rawStreamName(head)
  if (raw) return { type: 'foreign-video', name: raw }
  if (isMpegAudio(head)) return { type: 'sound', name: 'MP3 or AAC' }
  return textKind(head) ?? { type: 'unknown' }
}

/** The media type of an image that browsers read, by its first bytes; undefined for anything else. */
export function imageTypeOf(head: Uint8Array): string | undefined {
  return nameOf(imageSignatures, head)
}

function nameOf(signatures: readonly (readonly [string, string])[], head: Uint8Array): string | undefined {
  return signatures.find(([, signature]) => startsWith(head, signature))?.[0]
}

function startsWith(head: Uint8Array, signature: string): boolean {
  return [...signature].every((character, i) => character === '.' || head[i] === character.charCodeAt(0))
}

function latin(bytes: Uint8Array, from: number, length: number): string {
  return String.fromCharCode(...bytes.subarray(from, from + length))
}

/** Files that do not begin with `ftyp`: old QuickTime, and segments of a stream. */
function isIsoBox(head: Uint8Array): boolean {
  return ['moov', 'mdat', 'wide', 'free', 'skip', 'pnot', 'styp', 'moof', 'sidx'].includes(latin(head, 4, 4))
}

/** Packets of 188 bytes, or of 192 with a time before each (Blu-ray, AVCHD). */
function isTransportStream(head: Uint8Array): boolean {
  return [
    [0, 188],
    [4, 192],
  ].some(([first, size]) => {
    const starts = [0, 1, 2].map((i) => first + i * size).filter((at) => at < head.length)
    return starts.length > 1 && starts.every((at) => head[at] === 0x47)
  })
}

/** Streams without a container: each unit begins with 0 0 1. */
function rawStreamName(head: Uint8Array): string | undefined {
  const start = startsWith(head, '\0\0\x01') ? 3 : startsWith(head, '\0\0\0\x01') ? 4 : undefined
  if (start === undefined) return undefined
  const unit = head[start]
  // The sequence's parameters, or the delimiter before them.
  if ([0x67, 0x47, 0x27, 0x09].includes(unit)) return 'raw H.264'
  if ([0x40, 0x42, 0x46].includes(unit) && head[start + 1] === 1) return 'raw HEVC'
  return undefined
}

/** Frames of MPEG audio or AAC without a container, told by two sync words in a row. */
function isMpegAudio(head: Uint8Array): boolean {
  if (head[0] !== 0xff || (head[1] & 0xe0) !== 0xe0) return false
  for (let at = 24; at < Math.min(head.length - 1, 2200); at++) {
    if (head[at] === 0xff && head[at + 1] === head[1]) return true
  }
  return false
}

function textKind(head: Uint8Array): FileKind | undefined {
  const text = new TextDecoder('utf-8').decode(head)
  const isText = head.length > 0 && !hasControls(text) && !text.slice(0, -4).includes('\ufffd')
  if (!isText) return undefined
  const start = text.replace(/^\ufeff?\s*/, '').toLowerCase()
  if (start.startsWith('#extm3u')) return { type: 'playlist', name: 'M3U8' }
  if (start.startsWith('[playlist]')) return { type: 'playlist', name: 'PLS' }
  if (start.startsWith('<asx')) return { type: 'playlist', name: 'ASX' }
  if (start.startsWith('[reference]')) return { type: 'playlist', name: 'ASX' }
  if (/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<mpd[\s>]/.test(start)) return { type: 'playlist', name: 'DASH (MPD)' }
  if (/^(<\?xml[^>]*>\s*)?(<!--[\s\S]*?-->\s*)*<(smil|playlist|smoothstreamingmedia)[\s>]/.test(start)) {
    return { type: 'playlist', name: 'SMIL or XSPF' }
  }
  if (/^(<\?xml[^>]*>\s*)?(<!doctype svg[^>]*>\s*)?<svg[\s>]/.test(start)) return { type: 'foreign-image', name: 'SVG' }
  if (/^(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body)/.test(start))
    return { type: 'not-media', name: 'a web page' }
  if (/^https?:\/\/\S+\s*$/m.test(start.slice(0, 500))) return { type: 'playlist', name: 'list of addresses' }
  return { type: 'not-media', name: 'a text' }
}

/** Characters that no text has: all controls but tabs, line ends and the escape. */
function hasControls(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 9 || (code > 13 && code < 32 && code !== 27)) return true
  }
  return false
}
