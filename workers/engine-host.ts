import { transfer } from 'comlink'
import { VideoClip } from '../src/capture/video-clip.ts'
import {
  type AdapterFacts,
  type DeviceReport,
  missingFor,
  probeDevice,
  problemError,
  requestDevice,
} from '../src/device/device.ts'
import { type Bundle, openBundle } from '../src/engine/bundle.ts'
import { Decoder } from '../src/engine/decoder.ts'
import { answerAll, bannedIds, encodeClip, slotsFor } from '../src/engine/reading.ts'
import type { Runtime } from '../src/engine/runtime.ts'
import { browserRuntime } from '../src/engine/runtimes/browser.ts'
import { VisionEncoder } from '../src/engine/vision-encoder.ts'
import { EngineError, toWire } from '../src/errors.ts'
import { type FrameSize, sampleTimes } from '../src/qwen25vl/index.ts'
import { bundleUrl, downloadBundle } from '../src/weights/http-bundle.ts'
import type { EngineApi, KeptFrame, LoadedBundle, LoadProgress, ReadingEvent, ReadingRequest } from './engine-api.ts'

interface LoadedModel {
  readonly runtime: Runtime
  readonly bundle: Bundle
  readonly vision: VisionEncoder
  /** Holds the weights; every reading forks it with a cache of its own size. */
  readonly decoder: Decoder
}

/** The engine behind the worker's door: one device, one bundle, one reading at a time. */
export class EngineHost implements EngineApi {
  private device: { readonly device: GPUDevice; readonly facts: AdapterFacts } | undefined
  private model: LoadedModel | undefined
  private load: AbortController | undefined
  private reading: Reading | undefined
  private readings = 0

  async probe(): Promise<DeviceReport> {
    return (await probeDevice()).report
  }

  async loadBundle(address: string, onProgress: (progress: LoadProgress) => void): Promise<LoadedBundle> {
    this.load?.abort(new DOMException('Another bundle was chosen.', 'AbortError'))
    const load = new AbortController()
    this.load = load
    const url = bundleUrl(address)
    const { device, facts } = await this.openDevice()
    const files = await downloadBundle(url, {
      signal: load.signal,
      onManifest: ({ needs }) => {
        const missing = missingFor(needs, facts)
        if (missing) throw problemError(missing)
      },
      onProgress: ({ doneBytes, totalBytes }) => onProgress({ type: 'downloading', doneBytes, totalBytes }),
    })
    const bundle = await openBundle(files)
    load.signal.throwIfAborted()
    await this.unload()
    onProgress({ type: 'starting', graph: 'vision' })
    const runtime = await browserRuntime(device)
    const vision = await VisionEncoder.create(runtime, bundle)
    onProgress({ type: 'starting', graph: 'decoder' })
    const decoder = await Decoder.create(runtime, bundle, { capacity: 1, bannedIds: bannedIds(bundle) })
    this.model = { runtime, bundle, vision, decoder }
    return { url, manifest: bundle.manifest }
  }

  cancelLoad(): void {
    this.load?.abort(new DOMException('The download was stopped.', 'AbortError'))
  }

  async startReading(request: ReadingRequest): Promise<number> {
    const { model } = this
    if (!model) throw noModel()
    await this.endReading()
    const reading = new Reading(++this.readings, model, request)
    this.reading = reading
    reading.start()
    return reading.number
  }

  async nextEvents(number: number): Promise<ReadingEvent[]> {
    const { reading } = this
    if (reading?.number !== number) return []
    const events = await reading.events.next()
    const images = events.flatMap((event) => (event.type === 'frame' ? [event.image] : []))
    return transfer(events, images)
  }

  stopReading(): void {
    this.reading?.stop()
  }

  async lastFrames(): Promise<KeptFrame[]> {
    return [...(this.reading?.keptFrames ?? [])]
  }

  private async openDevice() {
    if (this.device) return this.device
    const { report, adapter } = await probeDevice()
    if (report.state === 'unusable' || !adapter) {
      throw problemError(report.state === 'unusable' ? report.problem : { kind: 'no-adapter' })
    }
    const device = await requestDevice(adapter)
    this.device = { device, facts: report.adapter }
    void device.lost.then((info) => this.forgetDevice(info))
    return this.device
  }

  /** Sessions on a lost device never answer; whoever waits for them is told. */
  private forgetDevice(info: GPUDeviceLostInfo): void {
    this.device = undefined
    this.model = undefined
    this.load?.abort(deviceLost(info))
    this.reading?.fail(deviceLost(info))
  }

  private async endReading(): Promise<void> {
    this.reading?.stop()
    await this.reading?.finished
  }

  private async unload(): Promise<void> {
    await this.endReading()
    const { model } = this
    this.model = undefined
    await model?.decoder.dispose()
    await model?.vision.dispose()
  }
}

/** One clip being read. */
class Reading {
  readonly events = new EventQueue<ReadingEvent>()
  readonly keptFrames: KeptFrame[] = []
  finished: Promise<void> = Promise.resolve()
  private readonly controller = new AbortController()
  private readonly failure: Promise<never>
  private reject: (error: EngineError) => void = () => undefined

  constructor(
    readonly number: number,
    private readonly model: LoadedModel,
    private readonly request: ReadingRequest,
  ) {
    this.failure = new Promise((_, reject) => {
      this.reject = reject
    })
    this.failure.catch(() => undefined)
  }

  start(): void {
    this.finished = Promise.race([this.run(), this.failure]).then(
      () => this.events.push({ type: 'over', stopped: this.controller.signal.aborted }),
      (error: unknown) => {
        if (this.controller.signal.aborted && error === this.controller.signal.reason) {
          this.events.push({ type: 'over', stopped: true })
        } else this.events.push({ type: 'failed', error: toWire(error) })
      },
    )
  }

  stop(): void {
    this.controller.abort(new DOMException('The reading was stopped.', 'AbortError'))
  }

  fail(error: EngineError): void {
    this.reject(error)
  }

  private async run(): Promise<void> {
    const { runtime, bundle, vision, decoder } = this.model
    const { file, questions, maxTokens } = this.request
    const { signal } = this.controller
    const clip = await VideoClip.open(file)
    try {
      const { durationS, framesPerSecond } = clip.facts
      const sampled = sampleTimes(durationS, framesPerSecond)
      this.events.push({ type: 'opened', ...clip.facts, frames: sampled.length })
      const times: number[] = []
      const keep = this.request.keepFrames ? this.keptFrames : undefined
      const frames = noting(
        clip.frames(
          sampled.map(({ index }) => index),
          signal,
        ),
        (frame) => {
          times.push(frame.timeS)
          keep?.push(frame)
        },
      )
      const thumbnails: Promise<void>[] = []
      const encoded = await encodeClip(runtime, bundle, vision, frames, sampled.length, {
        signal,
        onFrame: (index, rgb, size) => thumbnails.push(this.showFrame(index, times[index], rgb, size)),
        onPair: (pair) => this.events.push({ type: 'pair', ...pair }),
      })
      await Promise.all(thumbnails)
      const capacity = slotsFor(bundle, encoded.grid, questions, maxTokens)
      const own = decoder.fork({ capacity, bannedIds: bannedIds(bundle) })
      try {
        let asked = 0
        for await (const event of answerAll(bundle, own, encoded, questions, { maxTokens, signal })) {
          if (event.type === 'stage') asked = performance.now()
          if (event.type === 'token') this.events.push({ ...event, ms: performance.now() - asked })
          else if (event.type === 'answer') this.events.push({ ...event.answer, type: 'answer', id: event.id })
          else this.events.push(event)
        }
      } finally {
        encoded.features.dispose()
        await own.dispose()
      }
    } finally {
      clip.close()
    }
  }

  private async showFrame(index: number, timeS: number, rgb: Uint8Array, size: FrameSize): Promise<void> {
    const pixels = new ImageData(size.width, size.height)
    for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
      pixels.data[to] = rgb[from]
      pixels.data[to + 1] = rgb[from + 1]
      pixels.data[to + 2] = rgb[from + 2]
      pixels.data[to + 3] = 255
    }
    this.events.push({ type: 'frame', index, timeS, image: await createImageBitmap(pixels) })
  }
}

/** Events that are collected until somebody asks for them: a busy page gets many at a time. */
class EventQueue<Event> {
  private events: Event[] = []
  private wake: (() => void) | undefined

  push(event: Event): void {
    this.events.push(event)
    this.wake?.()
  }

  async next(): Promise<Event[]> {
    while (this.events.length === 0) {
      await new Promise<void>((resolve) => {
        this.wake = resolve
      })
    }
    const { events } = this
    this.events = []
    return events
  }
}

async function* noting<Item>(items: AsyncIterable<Item>, note: (item: Item) => void): AsyncGenerator<Item> {
  for await (const item of items) {
    note(item)
    yield item
  }
}

function noModel(): EngineError {
  return new EngineError({
    code: 'no-model',
    message: 'No model is loaded.',
    action: 'Wait until the model is loaded, or load one.',
    recoverable: true,
  })
}

function deviceLost(info: GPUDeviceLostInfo): EngineError {
  return new EngineError({
    code: 'device-lost',
    message: `The graphics device was lost${info.message ? `: ${info.message}` : ''}.`,
    action: 'Load the model again; if it happens again, close other pages that use the GPU.',
    recoverable: true,
  })
}
