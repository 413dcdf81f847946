/** What a person does with the built page, and what must come of it: the same in every browser. */
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, type TestContext, it as test } from 'vitest'
import type { Found } from '../../scripts/find-browsers.ts'
import { fixtureName } from '../../scripts/fixture-bundle.ts'
import { agree, CpuReader, toFrames } from '../cpu-reading.ts'
import { type HostOptions, type StaticHost, startStaticHost } from '../static-host.ts'
import { WeightServer } from '../weight-server.ts'
import {
  alerts,
  choosesSettings,
  clip,
  decodes,
  expectRead,
  expectRoom,
  finished,
  framesOf,
  limitMemory,
  offersWebGpu,
  opensAddress,
  patience,
  picks,
  sees,
  textOf,
  transcripts,
} from './seen.ts'
import { SilentBrowser, type Size, type TestBrowser, type VisitOptions, type Visitor } from './visitor.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** Which one it was, with its version; for the summary. */
    browser?: string
  }
}

/** A bundle of random weights, quick to load, with the tests' own view into the page. */
const fixture = `?test&tokens=6&bundle=models/${fixtureName}/`
const quick = {
  prompts: { attributes: 'Face?', expression: 'Expression?', emotion: 'Emotion?' },
  probes: { isOn: false },
}
const phone: Size = { width: 360, height: 640 }
/** The end of the status line: the model's numbers were held against known ones, and are right. */
const selfChecked = /· checked$/m
/** The mark on a picture of a camera that is on. */
const isLive = /^live$/im
/** Of all memories of WebAssembly: room for the fixture's bundle, and not for the page's own. */
const scantMiB = 20

export interface VisitedBrowser {
  /** A visitor has a camera only where asked for. */
  readonly isCameraOptional?: boolean
}

/** @param found where the browser is; where it is not, its visits count as skipped */
export function describeVisits<T>(
  title: string,
  found: Found<T>,
  start: (paths: T) => Promise<TestBrowser>,
  { isCameraOptional = false }: VisitedBrowser = {},
): void {
  describe.skipIf(!found.isFound)(title, () => {
    let browser: TestBrowser
    let host: StaticHost

    beforeAll(async () => {
      if (!found.isFound) return
      host = await startStaticHost()
      browser = await start(found.paths)
    })
    afterAll(async () => {
      await browser?.close()
      await host?.close()
    })
    beforeEach(({ task }) => {
      task.meta.browser = browser.name
    })

    /** A browser that gives no answer at all is asked once more, by a visitor anew. */
    function it(title: string, run: (context: TestContext) => void | Promise<void>): void {
      test(title, async (context) => {
        try {
          await run(context)
        } catch (error) {
          if (!(error instanceof SilentBrowser)) throw error
          console.warn(`${browser.name}, ${title}: ${error.message}. Once more.`)
          await run(context)
        }
      })
    }

    /** Ends with the test, which fails where the page complained. */
    async function visit(options?: VisitOptions): Promise<Visitor> {
      const visitor = await browser.visit(options)
      onTestFinished(async () => {
        await visitor.close()
        expect(visitor.errors, 'errors on the page’s console').toEqual([])
      })
      return visitor
    }

    async function ownHost(options: HostOptions = {}): Promise<StaticHost> {
      const own = await startStaticHost(options)
      onTestFinished(() => own.close())
      return own
    }

    /** The page with the fixture's bundle; time goes into the words of questions, so they are few. */
    async function visitFixture(options?: VisitOptions, address = host.url + fixture): Promise<Visitor> {
      const visitor = await visit(options)
      await choosesSettings(visitor, address, quick)
      await visitor.goto(address)
      return visitor
    }

    it('a first visitor sees a drawn face read, and where it is computed', async () => {
      const visitor = await visit()
      await visitor.goto(host.url)
      await sees(visitor, 'Appears happy')
      await sees(visitor, selfChecked)
      await sees(visitor, 'Use my camera')
      if (!(await offersWebGpu(visitor))) {
        await sees(visitor, 'small model · processor')
        await visitor.click('button', 'Computing on the processor')
        await sees(visitor, 'This browser does not offer WebGPU.')
      }
    })

    it('a drawn face that scowls is read as angry', async () => {
      const visitor = await visit()
      await visitor.goto(`${host.url}?test&tokens=256`)
      await visitor.click('button', 'Drawn')
      await visitor.click('radio', 'Angry')
      await sees(visitor, 'angry, AU4 AU7 AU24')
      await sees(visitor, 'Appears angry')
      await sees(visitor, 'brow lowerer')
      await visitor.click('button', 'Stop')
      await sees(visitor, 'Stopped.')
    })

    it('a video file is read frame by frame, and its answers are exact', async () => {
      const visitor = await visit()
      // The questions as they are: they are compared, too.
      await choosesSettings(visitor, host.url, { probes: quick.probes })
      await visitor.goto(host.url + fixture)
      await sees(visitor, 'random weights')
      await visitor.choose('Video file', clip('vp8.webm'))
      await expectRead(visitor, 'vp8.webm')
      const [said] = await transcripts(visitor)
      const frames = toFrames(await framesOf(visitor, 0))
      const cpu = await CpuReader.open()
      try {
        const matches = await cpu.compare(frames, said, 6)
        expect(agree(matches), JSON.stringify(matches)).toBe(true)
        const black = frames.map((frame) => ({ ...frame, rgba: new Uint8ClampedArray(frame.rgba.length) }))
        expect(agree(await cpu.compare(black, said, 6)), 'with other frames the answers are others').toBe(false)
      } finally {
        await cpu.close()
      }
    })

    it('video of each codec is read, or refused by its name', async () => {
      const visitor = await visitFixture()
      for (const [name, codec, called] of [
        ['variable-rate.webm', 'vp09.00.10.08', 'VP9, vp09'],
        ['plain.mov', 'avc1.42001e', 'H.264, avc1'],
      ] as const) {
        await visitor.choose('Video file', clip(name))
        if (await decodes(visitor, codec)) await expectRead(visitor, name)
        else {
          await alerts(visitor, 'unsupported-codec')
          await alerts(visitor, `This browser cannot decode the video’s format (${called}`)
        }
      }
      await visitor.choose('Video file', clip('../../README.md'))
      await alerts(visitor, 'not-a-video')
    })

    it('an animated image is read, or refused by its name', async () => {
      const visitor = await visitFixture()
      await visitor.choose('Video file', clip('variable-delay.gif'))
      if (await visitor.evaluate(() => typeof ImageDecoder === 'function')) {
        await expectRead(visitor, 'variable-delay.gif')
      } else {
        await alerts(visitor, 'unsupported-image')
        await alerts(visitor, 'image/gif')
      }
    })

    it('a camera is read after consent, and is off after Stop', async () => {
      const visitor = await visitFixture({ hasCamera: true })
      await visitor.click('button', 'Use my camera')
      await visitor.click('button', 'I agree')
      await expect.poll(() => finished(visitor), patience).toBeGreaterThanOrEqual(2)
      await sees(visitor, isLive)
      const frames = toFrames(await framesOf(visitor, 0))
      expect(frames.length).toBeGreaterThanOrEqual(2)
      for (const { width, height, rgba } of frames) {
        expect(width * height).toBeGreaterThanOrEqual(160 * 120)
        expect(
          rgba.some((value, i) => i % 4 < 3 && value > 0),
          'a picture that is not black',
        ).toBe(true)
      }
      await visitor.click('button', 'Stop')
      await sees(visitor, 'Stopped.')
      await sees(visitor, 'Last picture')
      expect(await textOf(visitor)).not.toMatch(isLive)
    })

    if (isCameraOptional)
      it('without a camera it says so', async () => {
        const visitor = await visit()
        await visitor.goto(host.url + fixture)
        await visitor.click('button', 'Use my camera')
        await visitor.click('button', 'I agree')
        await alerts(visitor, 'No camera was found.')
        await alerts(visitor, 'no-camera')
      })

    it('what was loaded stays for the second visit, or the page says that it does not', async () => {
      const own = await ownHost()
      const visitor = await visit()
      await visitor.goto(`${own.url}?test`)
      await sees(visitor, selfChecked)
      const canKeep = await visitor.evaluate(async () => {
        return typeof navigator.storage?.getDirectory === 'function'
      })
      await visitor.click('button', 'All actions')
      await visitor.click('menuitem', 'Storage')
      await sees(visitor, canKeep ? 'next time it loads from there' : 'it is downloaded again next time')
      const before = own.requests.length
      await visitor.goto(`${own.url}?test`)
      await sees(visitor, selfChecked)
      const weights = own.requests.slice(before).filter((name) => /models\/.*(data|scales|onnx)/.test(name))
      if (canKeep) expect(weights, 'files of the model, fetched again').toEqual([])
      else expect(weights.length, 'files of the model, fetched again').toBeGreaterThan(0)
      await visitor.click('button', 'Drawn')
      await visitor.click('radio', 'Happy')
      await sees(visitor, 'Appears happy')
    })

    it('without enough memory it says so, and reads with a smaller model', async () => {
      const own = await ownHost({ workerPrelude: `(${limitMemory})(${scantMiB * 16})` })
      const visitor = await visitFixture({}, `${own.url}?test&tokens=6`)
      await alerts(visitor, 'There is not enough memory for')
      await alerts(visitor, 'Close other pages and try again, or load a smaller bundle.')
      await alerts(visitor, 'out-of-memory')
      await opensAddress(visitor)
      await visitor.enter('Address of a folder', `${own.url}models/${fixtureName}/`)
      await sees(visitor, 'random weights')
      await visitor.choose('Video file', clip('vp8.webm'))
      await expectRead(visitor, 'vp8.webm')
    })

    it('a model too large for the processor is refused before its weights are fetched', async ({ skip }) => {
      const weights = await WeightServer.start()
      onTestFinished(() => weights.close())
      weights.changeManifest(({ model }) => ({ model: { ...model, parameters: 3e9 } }))
      const visitor = await visitFixture()
      skip(await offersWebGpu(visitor), 'this browser offers WebGPU')
      await sees(visitor, 'random weights')
      await opensAddress(visitor)
      await visitor.enter('Address of a folder', weights.url)
      await alerts(visitor, 'This browser does not offer WebGPU.')
      await alerts(visitor, 'no-webgpu')
      expect(weights.requests).toEqual(['manifest.json'])
    })

    it('on a page of 360 x 640 everything can be reached with a finger', async () => {
      const visitor = await visit()
      await visitor.setViewport(phone)
      await visitor.goto(`${host.url}?test`)
      await sees(visitor, 'Use my camera')
      await expectRoom(visitor, phone.width)
      await visitor.tap('button', 'All actions')
      await visitor.tap('menuitem', 'Storage')
      await sees(visitor, 'Stored models')
      await expectRoom(visitor, phone.width)
      await visitor.tap('button', 'Close')
      await visitor.tap('button', 'Drawn')
      await picks(visitor, 'Expression', 'Happy')
      await sees(visitor, 'Appears happy')
      await expectRoom(visitor, phone.width)
      // Canvases of what is measured grew with every drawing in Firefox.
      const heights = () =>
        visitor.evaluate(() =>
          [...document.querySelectorAll('canvas')].map((each) => (each as HTMLCanvasElement).height),
        )
      const before = await heights()
      await new Promise((resolve) => setTimeout(resolve, 2000))
      expect(await heights()).toEqual(before)
      await visitor.tap('button', 'Stop')
      await sees(visitor, 'Stopped.')
    })

    it('at 200 % nothing is cut off', async () => {
      const visitor = await visit({ isZoomed: true })
      await visitor.goto(`${host.url}?test`)
      const width = await visitor.evaluate(() => innerWidth)
      expect(await visitor.evaluate(() => devicePixelRatio)).toBe(2)
      expect(width).toBe(640)
      await sees(visitor, 'Use my camera')
      await expectRoom(visitor, width)
      await visitor.click('button', 'All actions')
      await visitor.click('menuitem', 'Storage')
      await sees(visitor, 'Stored models')
      await expectRoom(visitor, width)
      await visitor.click('button', 'Close')
      await visitor.click('button', 'Drawn')
      await visitor.click('radio', 'Happy')
      await sees(visitor, 'Appears happy')
      await expectRoom(visitor, width)
    })

    it('nothing left this machine', () => {
      expect(browser.asked).toEqual([])
    })
  })
}
