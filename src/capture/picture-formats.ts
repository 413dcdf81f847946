/** Picture formats that browsers differ in, as people and converters call them; and how WebCodecs does. */
const formats = [
  ['H.264', 'avc1.42e01e'],
  ['HEVC', 'hvc1.1.6.L93.B0'],
  ['VP9', 'vp09.00.10.08'],
  ['AV1', 'av01.0.04M.08'],
] as const

/** What this browser decodes, for a sentence that says what to convert to: `H.264, VP9 or AV1 (MP4 or WebM)`. */
export async function takenFormats(): Promise<string> {
  const taken: string[] = []
  if (typeof VideoDecoder !== 'undefined') {
    for (const [name, codec] of formats) {
      const { supported } = await VideoDecoder.isConfigSupported({ codec }).catch(() => ({ supported: false }))
      if (supported) taken.push(name)
    }
  }
  if (taken.length === 0) taken.push('H.264', 'VP9')
  const last = taken.pop()
  return `${taken.length > 0 ? `${taken.join(', ')} or ${last}` : last} in MP4 or WebM`
}

/** What a format's code is called. */
const names: Readonly<Record<string, string>> = {
  mp4v: 'MPEG-4 Part 2',
  'V_MPEG4/ISO/ASP': 'MPEG-4 Part 2',
  'V_MPEG4/ISO/SP': 'MPEG-4 Part 2',
  'V_MPEG4/ISO/AP': 'MPEG-4 Part 2',
  V_MPEG2: 'MPEG-2',
  V_MPEG1: 'MPEG-1',
  V_THEORA: 'Theora',
  V_PRORES: 'ProRes',
  'V_MS/VFW/FOURCC': 'a Windows codec',
  apcn: 'ProRes 422',
  apch: 'ProRes 422 HQ',
  apcs: 'ProRes 422 LT',
  apco: 'ProRes 422 Proxy',
  ap4h: 'ProRes 4444',
  ap4x: 'ProRes 4444 XQ',
  jpeg: 'Motion JPEG',
  mjpa: 'Motion JPEG',
  mjpb: 'Motion JPEG',
  V_MJPEG: 'Motion JPEG',
  s263: 'H.263',
  h263: 'H.263',
  SVQ1: 'Sorenson',
  SVQ3: 'Sorenson',
  cvid: 'Cinepak',
  'rle ': 'QuickTime Animation',
  AVdn: 'DNxHD',
  AVdh: 'DNxHR',
  CFHD: 'CineForm',
  m2v1: 'MPEG-2',
  vvc1: 'VVC',
  avc: 'H.264',
  hevc: 'HEVC',
  vp8: 'VP8',
  vp9: 'VP9',
  av1: 'AV1',
}

/** A picture format in words, with its code where that says more: `HEVC (hvc1.1.6.L93.B0)`. */
export function nameOfCodec(code: string): string {
  const family = /^(avc|hev|hvc|dvh|vp8|vp09|vp9|av01|vvc|vvi)/.exec(code)?.[1] ?? ''
  const known: Readonly<Record<string, string>> = {
    avc: 'H.264',
    hev: 'HEVC',
    hvc: 'HEVC',
    dvh: 'Dolby Vision',
    vp8: 'VP8',
    vp09: 'VP9',
    vp9: 'VP9',
    av01: 'AV1',
    vvc: 'VVC',
    vvi: 'VVC',
  }
  const name = names[code] ?? known[family]
  return name && name !== code ? `${name}, ${code}` : code
}
