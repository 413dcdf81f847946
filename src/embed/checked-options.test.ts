import { describe, expect, it } from 'vitest'
import { checkedOptions, type UsePlace } from './checked-options.ts'
import { UseError } from './use-error.ts'

const place: UsePlace = {
  pageUrl: 'https://host.example/pages/one.html',
  pageOrigin: 'https://host.example',
  scriptUrl: 'https://host.example/videmo/embed/videmo.js',
}
const source = new Blob(['a video'])

/** As a browser's object of this kind looks to `Object.prototype.toString`. */
function tagged(kind: string, members: object = {}): object {
  return Object.assign({ [Symbol.toStringTag]: kind }, members)
}

function stream(...states: ('live' | 'ended')[]): object {
  return tagged('MediaStream', { getVideoTracks: () => states.map((readyState) => ({ readyState })) })
}

function errorOf(given: unknown, at = place): UseError {
  try {
    checkedOptions(given, at)
  } catch (error) {
    if (error instanceof UseError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('options that can work', () => {
  it('are taken as they are given, with the defaults of the rest', () => {
    expect(checkedOptions({ source }, place)).toMatchObject({
      source: { type: 'file', file: source },
      bundleUrl: 'https://host.example/videmo/models/videmo-tiny/',
      appUrl: 'https://host.example/videmo/',
      reader: 'engine',
      maxTokens: 256,
      framesPerSecond: undefined,
      withProbabilities: true,
    })
    const live = stream('ended', 'live')
    const given = { source: live, bundle: '../models/x', maxTokens: 1, framesPerSecond: 0.5, withProbabilities: false }
    expect(checkedOptions(given, place)).toMatchObject({
      source: { type: 'live', stream: live },
      bundleUrl: 'https://host.example/models/x',
      maxTokens: 1,
      framesPerSecond: 0.5,
      withProbabilities: false,
    })
    expect(checkedOptions({ source, bundle: new URL('https://w.example/b/?k=1') }, place).bundleUrl).toBe(
      'https://w.example/b/?k=1',
    )
    const foreign = { source, reader: 'transformers', bundle: '/models/smolvlm/', withProbabilities: true }
    expect(checkedOptions(foreign, place)).toMatchObject({
      reader: 'transformers',
      bundleUrl: 'https://host.example/models/smolvlm/',
      // It answers no closed questions.
      withProbabilities: false,
    })
    expect(checkedOptions(foreign, place).faces).toBeUndefined()
    // Of another frame of the page, where every class is another one.
    expect(checkedOptions({ source: tagged('File', { size: 3 }) }, place).source.type).toBe('file')
  })

  it('follow one face as suits the bundle, unless others are asked for', () => {
    const facesOf = (given: object) => checkedOptions({ source, ...given }, place).faces
    expect(facesOf({})).toEqual({ view: 'auto', who: 1, rate: undefined, areSmallSought: false })
    expect(facesOf({ view: 'twin', faces: 'all', rate: 5, smallFaces: true })).toEqual({
      view: 'twin',
      who: 'all',
      rate: 5,
      areSmallSought: true,
    })
    expect(facesOf({ faces: 'largest' })).toMatchObject({ who: 1 })
    expect(facesOf({ faces: 3 })).toMatchObject({ who: 3 })
    expect(facesOf({ view: 'picture' })).toMatchObject({ view: 'picture', who: 1 })
    expect(facesOf({ faces: 'none' })).toBeUndefined()
    expect(facesOf({ view: 'picture', faces: 'none' })).toBeUndefined()
    // Whoever only measures wants all faces, and no model.
    expect(facesOf({ measureOnly: true })).toMatchObject({ who: 'all' })
    expect(facesOf({ measureOnly: true, view: 'picture', faces: 1 })).toMatchObject({ who: 1 })
    expect(checkedOptions({ source, measureOnly: true, reader: 'transformers' }, place)).toMatchObject({
      measureOnly: true,
      faces: { view: 'auto', who: 'all' },
    })
  })

  it.each(['/app', '/app/', 'https://host.example/app/index.html?a#b', new URL('https://host.example/app')])(
    'take the folder of the app in any spelling: %s',
    (appUrl) => {
      expect(checkedOptions({ source, appUrl }, place)).toMatchObject({
        appUrl: 'https://host.example/app/',
        bundleUrl: 'https://host.example/app/models/videmo-tiny/',
      })
    },
  )
})

describe('options that cannot work', () => {
  it.each<[unknown, string, RegExp]>([
    [undefined, 'no-options', /createAnalyzer\({ source }\)/],
    [null, 'no-options', /source/],
    ['clip.mp4', 'no-options', /source/],
    [{}, 'unknown-source', /Blob/],
    [{ source: null }, 'unknown-source', /Blob/],
    [{ source: 'clip.mp4' }, 'unknown-source', /\.blob\(\)/],
    [{ source: new URL('https://x.example/') }, 'unknown-source', /\.blob\(\)/],
    [{ source: Promise.resolve(source) }, 'unknown-source', /Wait for it/],
    [{ source: new Response('x') }, 'unknown-source', /response\.blob/],
    [{ source: new Uint8Array(3) }, 'unknown-source', /new Blob/],
    [{ source: new ArrayBuffer(3) }, 'unknown-source', /new Blob/],
    [{ source: tagged('HTMLVideoElement') }, 'unknown-source', /captureStream/],
    [{ source: tagged('HTMLCanvasElement') }, 'unknown-source', /captureStream/],
    [{ source: tagged('MediaStreamTrack') }, 'unknown-source', /new MediaStream/],
    [{ source: tagged('FileList') }, 'unknown-source', /files\[0\]/],
    [{ source: new Blob([]) }, 'empty-file', /plays/],
    [{ source: stream() }, 'stream-without-video', /video: true/],
    [{ source: stream('ended') }, 'stream-ended', /again/],
    ...[
      '',
      ' ',
      'http://',
      'https://[bad',
      'ftp://x.example/',
      'javascript:1',
      'https://me:pw@x.example/',
      7,
      null,
    ].map((bundle): [unknown, string, RegExp] => [{ source, bundle }, 'bad-url', /https:/]),
    ...[0, -1, 1.5, 2049, Number.NaN, Number.POSITIVE_INFINITY, '64', null].map(
      (maxTokens): [unknown, string, RegExp] => [{ source, maxTokens }, 'bad-max-tokens', /256/],
    ),
    ...[0, -2, 0.1, 8.5, Number.NaN, Number.POSITIVE_INFINITY, '2', null].map(
      (framesPerSecond): [unknown, string, RegExp] => [{ source, framesPerSecond }, 'bad-frames-per-second', /rate/],
    ),
    [{ source, appUrl: 'https://cdn.example/videmo/' }, 'app-elsewhere', /copy/],
    [{ source, appUrl: '//cdn.example/videmo/' }, 'app-elsewhere', /copy/],
    [{ source, appUrl: 'http://host.example/videmo/' }, 'app-elsewhere', /copy/],
    [{ source, appUrl: 'http://' }, 'bad-app-url', /folder/],
    [{ source, mayDownload: true }, 'bad-option', /leave it out/],
    [{ source, onProgress: 'log' }, 'bad-option', /leave it out/],
    [{ source, signal: new AbortController() }, 'bad-option', /leave it out/],
    [{ source, reader: 'onnx', bundle: '/m/' }, 'bad-option', /leave it out/],
    [{ source, reader: 'transformers' }, 'bad-url', /https:.*config\.json/],
    [{ source, withProbabilities: 'no' }, 'bad-option', /leave it out/],
    [{ source, view: 'crop' }, 'bad-option', /leave it out/],
    [{ source, view: null }, 'bad-option', /leave it out/],
    [{ source, reader: 'transformers', bundle: '/m/', view: 'face' }, 'bad-option', /leave it out/],
    ...[0, 9, 1.5, Number.NaN, '2', 'everybody', null].map((faces): [unknown, string, RegExp] => [
      { source, faces },
      'bad-option',
      /leave it out/,
    ]),
    ...[0, 31, Number.NaN, '10', null].map((rate): [unknown, string, RegExp] => [
      { source, rate },
      'bad-option',
      /leave it out/,
    ]),
    [{ source, view: 'twin', faces: 'none' }, 'bad-option', /leave it out/],
    [{ source, measureOnly: true, faces: 'none' }, 'bad-option', /leave it out/],
    [{ source, onFaceEvent: 'log' }, 'bad-option', /leave it out/],
    [{ source, measureOnly: 1 }, 'bad-option', /leave it out/],
    [{ source, smallFaces: 'yes' }, 'bad-option', /leave it out/],
    [{ source, onMeasured: true }, 'bad-option', /leave it out/],
  ])('%j: %s', (given, code, action) => {
    const error = errorOf(given)
    expect(error).toMatchObject({ name: 'UseError', code, action: expect.stringMatching(action) })
    expect(error.message).toMatch(/^[\w“].*\.$/)
  })

  it('name what was given', () => {
    expect(errorOf({ source, maxTokens: Number.NaN }).message).toContain('maxTokens is NaN')
    expect(errorOf({ source, framesPerSecond: '2' }).message).toContain('the text “2”')
    expect(errorOf({ source: stream() }).message).toContain('without a video track')
    expect(errorOf({ source, signal: new AbortController() }).message).toContain('.signal')
    expect(errorOf({ source }, { ...place, scriptUrl: 'https://cdn.example/v/embed/videmo.js' })).toMatchObject({
      code: 'app-elsewhere',
      message: expect.stringContaining('https://cdn.example'),
    })
  })
})
