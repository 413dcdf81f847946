import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ChromiumHost, startChromium, withChromiumPage } from '../../../cli/chromium-page.ts'
import { camera, cameraFile } from '../../../fixtures/make_camera.ts'
import { markedClips } from '../../../fixtures/marked_clips.ts'
import { silence } from '../../../fixtures/silence.ts'
import type { Asked, ClipOutcome, SeenPair } from './capture.worker.ts'

const clips = fileURLToPath(new URL('../../../fixtures/data/clips/', import.meta.url))

const capturePage = 'e2e/harness/capture/capture.html'

/** A page in a browser of its own, with these flags. */
function withPage(use: (page: Page) => Promise<void>, args: readonly string[]): Promise<void> {
  return withChromiumPage(capturePage, { files: {}, folders: {} }, use, { args })
}

const read = (page: Page, name: string, asked: Asked): Promise<ClipOutcome> =>
  page.evaluate(([file, what]) => window.capturePage.readClip(file, what), [name, asked] as const)

async function frames(page: Page, name: string, asked: Asked) {
  const outcome = await read(page, name, asked)
  if (outcome.type === 'failed') throw new Error(`${name}: ${outcome.error.code} ${outcome.error.message}`)
  return outcome
}

/** The number of the frame on show at a time. */
const shownAt = (times: readonly number[], timeS: number) =>
  times.slice(0, -1).findLastIndex((start) => start <= timeS + 1e-3)

async function wrongFiles(): Promise<Record<string, Uint8Array>> {
  const whole = await readFile(`${clips}tiny.mp4`)
  const noise = Uint8Array.from(whole)
  for (let i = whole.indexOf('mdat') + 200; i < noise.length; i++) noise[i] = (i * 197) & 255
  const gif = await readFile(`${clips}variable-delay.gif`)
  const sound = new Uint8Array(silence())
  return {
    'noise.mp4': noise,
    'empty.mp4': new Uint8Array(),
    'text.mp4': new TextEncoder().encode('not a video '.repeat(500)),
    'sound.wav': sound,
    'head.gif': Uint8Array.from(gif.subarray(0, 300)),
  }
}

describe('clips in Chromium', () => {
  let chromium: ChromiumHost
  beforeAll(async () => {
    chromium = await startChromium({ files: await wrongFiles(), folders: { clips } })
  })
  afterAll(() => chromium.close())

  /** A page with the clips below `/job/clips/`, and what is wrong below `/job/`. */
  async function withClips(use: (page: Page) => Promise<void>): Promise<void> {
    const page = await chromium.open(capturePage)
    await use(page)
    await page.context().close()
  }

  it('decodes each upright, every frame of it, and the right one for each time', async () => {
    await withClips(async (page) => {
      for (const [name, clip] of Object.entries(markedClips)) {
        const count = clip.times.length - 1
        const indices = Array.from({ length: count }, (_, i) => i)
        const file = `clips/${name}`
        const starts = clip.times.slice(0, -1)
        const each = await frames(page, file, { timesS: starts.map((start) => start + 0.002) })
        expect(
          each.frames.map(({ number }) => number),
          name,
        ).toEqual(indices)
        for (const [i, { width, height, timeS }] of each.frames.entries()) {
          expect([width, height], name).toEqual([clip.width, clip.height])
          expect(timeS, name).toBeCloseTo(starts[i], 2)
        }
        const { facts } = each
        expect([facts.width, facts.height], name).toEqual([clip.width, clip.height])
        // A window twice a second, the last frame twice as long as it lasts.
        const grid = Array.from({ length: 14 }, (_, i) => 0.25 + i / 2)
        const at = await frames(page, file, { timesS: grid })
        expect(
          at.frames.map(({ number }) => number),
          name,
        ).toEqual(grid.map((time) => shownAt(clip.times, time)))
        // By index: what is on show in the middle of each interval of the mean rate.
        const byIndex = await frames(page, file, { indices })
        const middles = indices.map((index) => shownAt(clip.times, (index + 0.5) / facts.framesPerSecond))
        expect(
          byIndex.frames.map(({ number }) => number),
          name,
        ).toEqual(middles)
        console.log(
          `${name}: ${facts.codec}, ${facts.width}x${facts.height}, ${facts.durationS.toFixed(2)} s, ${count} frames`,
        )
      }
    })
  })

  it('tells duration and rate', async () => {
    await withClips(async (page) => {
      const facts = async (name: string) => (await frames(page, `clips/${name}`, { indices: [] })).facts
      expect(await facts('rotated.mp4')).toMatchObject({ codec: expect.stringMatching(/^avc1/) })
      for (const name of ['rotated.mp4', 'plain.mov'] as const) {
        const { durationS, framesPerSecond } = await facts(name)
        expect(durationS).toBeCloseTo(1.2, 2)
        expect(framesPerSecond).toBeCloseTo(10, 1)
      }
      const gif = await facts('variable-delay.gif')
      expect(gif).toEqual({ startS: 0, durationS: 2, framesPerSecond: 3, width: 80, height: 64, codec: 'image/gif' })
      const one = await facts('one-frame.webm')
      expect(Math.round(one.durationS * one.framesPerSecond)).toBe(1)
    })
  })

  it('gives the one frame of a clip as often as it is asked for', async () => {
    await withClips(async (page) => {
      const { frames: pair } = await frames(page, 'clips/one-frame.webm', { indices: [0, 0] })
      expect(pair.map(({ number, timeS }) => [number, timeS])).toEqual([
        [0, 0],
        [0, 0],
      ])
    })
  })

  it.each([
    ['with ImageDecoder', []],
    ['without it', ['ImageDecoder']],
  ] as const)('takes a picture for a clip of one frame, upright, %s', async (_, takenAway) => {
    await withClips(async (page) => {
      for (const name of takenAway) await page.evaluate((each) => window.capturePage.takeAwayInWorker(each), name)
      for (const picture of [
        { type: 'image/png', width: 160, height: 120 },
        { type: 'image/webp', width: 160, height: 120 },
        { type: 'image/jpeg', width: 160, height: 120, isTurned: true },
      ] as const) {
        const { type, width, height } = picture
        const outcome = await page.evaluate((each) => window.capturePage.readPicture(each), picture)
        expect(outcome).toEqual({
          type: 'read',
          facts: { startS: 0, width, height, durationS: 1, framesPerSecond: 1, codec: type, isStillImage: true },
          frames: [
            { width, height, timeS: 0, number: 5 },
            { width, height, timeS: 0, number: 5 },
          ],
        })
      }
    })
  })

  it.each([
    ['with ImageDecoder', []],
    ['without it', ['ImageDecoder']],
  ] as const)('makes a telephone’s photograph smaller, upright and in its shape, %s', async (_, takenAway) => {
    await withClips(async (page) => {
      for (const name of takenAway) await page.evaluate((each) => window.capturePage.takeAwayInWorker(each), name)
      const photograph = { type: 'image/jpeg', width: 4500, height: 6000, isTurned: true } as const
      const outcome = await page.evaluate((each) => window.capturePage.readPicture(each), photograph)
      if (outcome.type === 'failed') throw new Error(outcome.error.message)
      const [{ width, height, number }] = outcome.frames
      expect([width, height]).toEqual([outcome.facts.width, outcome.facts.height])
      expect(width * height).toBeLessThanOrEqual(16e6)
      expect(width / height).toBeCloseTo(0.75, 3)
      expect(number).toBe(5)
    })
  })

  it('holds few decoded frames however long the clip is', async () => {
    await withClips(async (page) => {
      const most = await page.evaluate(() => window.capturePage.mostOpenFrames(80))
      console.log(`at most ${most} of 80 decoded frames open at once`)
      expect(most).toBeLessThanOrEqual(10)
    })
  })

  it('stops between two frames', async () => {
    await withClips(async (page) => {
      for (const name of ['4k.mp4', 'variable-rate.webm', 'variable-delay.gif']) {
        const outcome = await page.evaluate(
          (file) => window.capturePage.abortClip(file, [0, 0.3, 0.6, 0.9, 1.2, 1.5, 1.8], 2),
          `clips/${name}`,
        )
        expect(outcome, name).toEqual(['enough', 2])
      }
    })
  })

  it('says what is wrong with a file', async () => {
    const all = Array.from({ length: 22 }, (_, i) => i)
    await withClips(async (page) => {
      for (const [name, code] of [
        ['noise.mp4', 'damaged-video'],
        ['empty.mp4', 'empty-file'],
        ['text.mp4', 'not-a-video'],
        ['sound.wav', 'no-video-track'],
        ['head.gif', 'damaged-image'],
      ]) {
        const outcome = await read(page, name, { indices: all })
        expect(outcome, name).toMatchObject({ type: 'failed', error: { name: 'CaptureError', code } })
      }
      // The same page still reads a file that is whole.
      expect((await frames(page, 'clips/tiny.mp4', { indices: all })).frames).toHaveLength(22)
    })
  })

  it('says that a browser without ImageDecoder cannot take a GIF apart, and still reads videos', async () => {
    await withClips(async (page) => {
      await page.evaluate(() => window.capturePage.takeAwayInWorker('ImageDecoder'))
      const outcome = await read(page, 'clips/variable-delay.gif', { indices: [0] })
      expect(outcome).toMatchObject({ error: { code: 'unsupported-image', subject: 'image/gif' } })
      expect((await frames(page, 'clips/tiny.webm', { indices: [0] })).frames).toHaveLength(1)
    })
  })
})

const fakeCamera = async () => [
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-video-capture=${await cameraFile()}`,
]
const yes = '--use-fake-ui-for-media-stream'

async function pairs(page: Page, count: number): Promise<SeenPair[]> {
  const seen: SeenPair[] = []
  for (let i = 0; i < count; i++) {
    const pair = await page.evaluate(() => window.capturePage.nextPair())
    if (!pair) throw new Error('The live source ended.')
    seen.push(pair)
  }
  return seen
}

/** Frames of the fake camera from one number on to another, in its endless loop. */
const steps = (from: number | undefined, to: number | undefined) =>
  from === undefined || to === undefined ? Number.NaN : (to - from + camera.frames) % camera.frames

describe('a camera in Chromium', () => {
  it.each([
    ['through a transferred stream', 'stream', []],
    ['through a port, without MediaStreamTrackProcessor', 'port', ['MediaStreamTrackProcessor']],
    [
      'through a port, without callbacks of video frames either',
      'port',
      ['MediaStreamTrackProcessor', 'requestVideoFrameCallback'],
    ],
  ] as const)('gives pairs one period apart %s', async (_, way, takenAway) => {
    const use = async (page: Page) => {
      await page.evaluate((names) => {
        for (const name of names) {
          Reflect.deleteProperty(globalThis, name)
          Reflect.deleteProperty(HTMLVideoElement.prototype, name)
        }
      }, takenAway)
      const opened = await page.evaluate(() => window.capturePage.open('camera'))
      expect(opened).toMatchObject({ isMirrored: true, width: camera.width, height: camera.height })
      expect(await page.evaluate(() => window.capturePage.labels())).toEqual([expect.stringContaining('camera')])
      expect(await page.evaluate(() => window.capturePage.feed(2))).toBe(way)
      const seen = await pairs(page, 3)
      console.log(
        way,
        takenAway.join(),
        JSON.stringify(seen.map((p) => p.frames.map(({ number, timeS }) => [number, timeS]))),
      )
      for (const { frames: pair, sizeChanged } of seen) {
        expect(sizeChanged).toBe(false)
        for (const { width, height } of pair) expect([width, height]).toEqual([camera.width, camera.height])
        const [first, second] = pair
        // Five, were the machine never late.
        const step = steps(first.number, second.number)
        expect(step).toBeGreaterThanOrEqual(2)
        expect(step).toBeLessThanOrEqual(20)
        expect(second.timeS - first.timeS).toBeGreaterThan(0.3)
      }
      // While nobody asks, pairs are passed over, and the next one is new.
      await page.waitForTimeout(3000)
      const [late] = await pairs(page, 1)
      expect(late.passedOver).toBeGreaterThanOrEqual(1)
      const gapS = late.frames[0].timeS - (seen.at(-1)?.frames[1].timeS ?? 0)
      expect(gapS).toBeGreaterThan(1.4)
      // The feed ends without the capture; a new one goes on.
      await page.evaluate(() => window.capturePage.stopFeed())
      expect(await page.evaluate(() => window.capturePage.nextPair())).toBeUndefined()
      expect(await page.evaluate(() => window.capturePage.trackStates())).toEqual(['live'])
      await page.evaluate(() => window.capturePage.feed(2))
      await pairs(page, 1)
      // The worker may close its end, and another feed still comes.
      await page.evaluate(() => window.capturePage.closeLive())
      await page.evaluate(() => window.capturePage.feed(5))
      await pairs(page, 1)
      await page.evaluate(() => window.capturePage.unplug())
      expect(await page.evaluate(() => window.capturePage.nextPair())).toBeUndefined()
      expect(await page.evaluate(() => window.capturePage.ended())).toEqual(['camera-ended'])
      expect(await page.evaluate(() => window.capturePage.trackStates())).toEqual(['ended'])
    }
    await withPage(use, [...(await fakeCamera()), yes])
  })

  it('stamps the same picture alike in two feeds, to the millisecond', async () => {
    const use = async (page: Page) => {
      await page.evaluate(() => window.capturePage.open('camera'))
      const [first, second] = await page.evaluate(() => window.capturePage.twoFeeds(10, 12))
      // Of one round of the camera's loop, in which every picture has its own number.
      const stamps = new Map(first)
      const shared = second.filter(([number]) => stamps.has(number))
      console.log(`${shared.length} pictures in both feeds`)
      expect(shared.length).toBeGreaterThan(5)
      for (const [number, stamp] of shared) {
        // Chromium blurs every time by up to a tenth of a millisecond.
        const missS = Math.abs(stamp - (stamps.get(number) ?? Number.NaN))
        expect(missS, `of picture ${number}`).toBeLessThan(0.001)
      }
    }
    await withPage(use, [...(await fakeCamera()), yes])
  })

  it('says that the person refused', async () => {
    await withPage(
      async (page) => {
        await page.context().clearPermissions()
        const error = await page.evaluate(() => window.capturePage.open('camera'))
        expect(error).toMatchObject({ name: 'CaptureError', code: 'camera-denied', recoverable: true })
      },
      [...(await fakeCamera()), '--deny-permission-prompts'],
    )
  })

  it('says that there is none', async () => {
    await withPage(
      async (page) => {
        const error = await page.evaluate(() => window.capturePage.open('camera'))
        expect(error).toMatchObject({ name: 'CaptureError', code: 'no-camera', recoverable: true })
      },
      [yes],
    )
  })
})

describe('a screen in Chromium', () => {
  it('gives pairs, though it stands still, and ends with the sharing', async () => {
    const use = async (page: Page) => {
      const opened = await page.evaluate(() => window.capturePage.open('screen'))
      expect(opened).toMatchObject({ isMirrored: false })
      expect(await page.evaluate(() => window.capturePage.feed(2))).toBe('stream')
      const [{ frames: pair }] = await pairs(page, 2)
      expect(pair[1].timeS - pair[0].timeS).toBeGreaterThan(0.3)
      expect(pair[0].width).toBeGreaterThan(100)
      await page.evaluate(() => window.capturePage.unplug())
      expect(await page.evaluate(() => window.capturePage.ended())).toEqual(['screen-ended'])
      expect(await page.evaluate(() => window.capturePage.nextPair())).toBeUndefined()
    }
    await withPage(use, ['--use-fake-device-for-media-stream', yes, '--auto-accept-this-tab-capture'])
  })

  it('says that nothing was shared, and that a browser cannot', async () => {
    await withPage(
      async (page) => {
        const denied = await page.evaluate(() => window.capturePage.open('screen'))
        expect(denied).toMatchObject({ code: 'screen-canceled' })
        await page.evaluate(() => Reflect.deleteProperty(MediaDevices.prototype, 'getDisplayMedia'))
        const lacking = await page.evaluate(() => window.capturePage.open('screen'))
        expect(lacking).toMatchObject({ code: 'no-screen-capture' })
      },
      [`${yes}=deny`],
    )
  })
})
