import type { DeviceReport, LoadedBundle } from '../../workers/engine-api.ts'
import type { EngineClient, ReadingProgress } from '../../workers/engine-client.ts'
import { reasoningPreset, type StageId, stageIds } from '../affect/stages.ts'
import { fromWire, toWire, type VidemoError } from '../errors.ts'
import { fetchClip } from '../weights/fetch-clip.ts'
import { answerTokens } from './model-kind.ts'
import { Store } from './store.ts'
import { TokenFlow } from './token-flow.ts'

export type LoadState =
  | { readonly state: 'idle' }
  | { readonly state: 'downloading'; readonly url: string; readonly doneBytes: number; readonly totalBytes: number }
  | { readonly state: 'starting'; readonly url: string; readonly graph: 'vision' | 'decoder' }
  | { readonly state: 'failed'; readonly url: string; readonly error: VidemoError }

export type RunState =
  | { readonly state: 'idle' }
  | { readonly state: 'queued' }
  | { readonly state: 'opening' }
  | { readonly state: 'encoding'; readonly done: number; readonly of: number }
  | { readonly state: 'answering'; readonly id: StageId }
  | { readonly state: 'stopping' }
  | { readonly state: 'over'; readonly stopped: boolean }
  | { readonly state: 'failed'; readonly error: VidemoError }

export interface Source {
  readonly name: string
  /** For the preview. */
  readonly url: string
  readonly file: Blob
}

export interface Clip {
  readonly durationS: number
  readonly framesPerSecond: number
  readonly width: number
  readonly height: number
  readonly codec: string
  readonly frames: number
}

export interface StripFrame {
  readonly index: number
  readonly timeS: number
  readonly image: ImageBitmap
}

export interface AnswerState {
  readonly state: 'empty' | 'waiting' | 'thinking' | 'streaming' | 'done' | 'stopped'
  readonly firstTokenMs?: number
  readonly tokensPerS?: number
  readonly tokens?: number
  /** Why a finished answer ended early, in words. */
  readonly cut?: string
}

export interface SessionState {
  readonly device: DeviceReport | undefined
  readonly bundle: LoadedBundle | undefined
  readonly load: LoadState
  readonly source: Source | undefined
  readonly clip: Clip | undefined
  readonly run: RunState
  readonly frames: readonly StripFrame[]
  /** Mean over the pairs encoded so far. */
  readonly msPerPair: number | undefined
  readonly answers: Readonly<Record<StageId, AnswerState>>
  /** What a screen reader is told next. */
  readonly announcement: string
}

export interface SessionOptions {
  readonly createClient: () => EngineClient
  readonly defaultBundle: string
  readonly sampleUrl: string
  /** Tokens of an answer at most; the model's own measure where unsaid. */
  readonly maxTokens?: number
  readonly keepFrames?: boolean
}

/** What the sample clip is called on the page. */
export const sampleName = 'Sample clip'

const blank = Object.fromEntries(stageIds.map((id) => [id, { state: 'empty' }])) as Record<StageId, AnswerState>

/** What the page does and knows; no React in it. */
export class Session {
  readonly store = new Store<SessionState>({
    device: undefined,
    bundle: undefined,
    load: { state: 'idle' },
    source: undefined,
    clip: undefined,
    run: { state: 'idle' },
    frames: [],
    msPerPair: undefined,
    answers: blank,
    announcement: '',
  })
  readonly flows = Object.fromEntries(stageIds.map((id) => [id, new TokenFlow()])) as Record<StageId, TokenFlow>
  readonly stages = reasoningPreset.stages
  client: EngineClient
  /** Ids of the latest reading, as they came; for tests. */
  streamedIds: Partial<Record<StageId, number[]>> = {}
  private loads = 0
  private runs = 0
  private url: string

  constructor(private readonly options: SessionOptions) {
    this.client = options.createClient()
    this.url = options.defaultBundle
  }

  /** Looks at the device, then loads the default bundle. */
  async start(): Promise<void> {
    try {
      const device = await this.client.probe()
      this.store.update({ device })
      if (device.state === 'usable') await this.loadBundle(this.url)
    } catch (error) {
      this.store.update({ load: { state: 'failed', url: this.url, error: asError(error) } })
    }
  }

  /** Loads a bundle; the one loaded before stays in use until the new one is verified. */
  async loadBundle(url: string): Promise<void> {
    const load = ++this.loads
    this.url = url
    this.store.update({ load: { state: 'downloading', url, doneBytes: 0, totalBytes: 0 } })
    try {
      const bundle = await this.client.loadBundle(url, (progress) => {
        if (load !== this.loads || this.store.get().load.state === 'idle') return
        if (progress.type === 'starting') {
          this.store.update({ bundle: undefined, load: { state: 'starting', url, graph: progress.graph } })
        } else {
          const { doneBytes, totalBytes } = progress
          this.store.update({ load: { state: 'downloading', url, doneBytes, totalBytes } })
        }
      })
      if (load !== this.loads) return
      this.store.update({ bundle, load: { state: 'idle' }, announcement: 'The model is ready.' })
    } catch (error) {
      if (load !== this.loads) return
      const failure = asError(error)
      this.store.update({ load: { state: 'failed', url, error: failure } })
      this.dropModelAfter(failure)
      return
    }
    if (this.store.get().run.state === 'queued') await this.read()
  }

  /** Tries again what failed to load, with a new worker if the old one died. */
  async retryLoad(): Promise<void> {
    await this.recover()
    await this.loadBundle(this.url)
  }

  /** Ends a download; what was loaded before stays. */
  cancelLoad(): void {
    this.loads++
    this.store.update({ load: { state: 'idle' } })
    void this.client.cancelLoad().catch(() => undefined)
  }

  async openSample(): Promise<void> {
    try {
      const file = await fetchClip(this.options.sampleUrl)
      await this.open(file, sampleName)
    } catch (error) {
      this.failRun(error)
    }
  }

  /** Shows a video and reads it. */
  async open(file: Blob, name: string): Promise<void> {
    const { source } = this.store.get()
    if (source) URL.revokeObjectURL(source.url)
    this.clear()
    this.store.update({ source: { name, url: URL.createObjectURL(file), file } })
    await this.read()
  }

  /** Reads the video that is open; waits for the model if need be. */
  async read(): Promise<void> {
    const { source, bundle, load } = this.store.get()
    if (!source) return
    const run = ++this.runs
    this.clear()
    if (!bundle || load.state === 'starting') {
      this.store.update({ run: { state: 'queued' } })
      return
    }
    this.store.update({ run: { state: 'opening' }, answers: everyAnswer({ state: 'waiting' }) })
    try {
      const events = this.client.read({
        file: source.file,
        questions: this.stages.map(({ id, prompt }) => ({ id, prompt })),
        maxTokens: this.options.maxTokens ?? answerTokens(bundle.manifest),
        ...(this.options.keepFrames ? { keepFrames: true } : {}),
      })
      for await (const event of events) {
        if (run !== this.runs) {
          if (event.type === 'frame') event.image.close()
          return
        }
        this.take(event)
      }
    } catch (error) {
      if (run === this.runs) this.failRun(error)
    }
  }

  /** Ends the reading within one token; keeps what it has said. */
  stop(): void {
    const { state } = this.store.get().run
    if (state === 'queued') {
      this.store.update({ run: { state: 'idle' } })
      return
    }
    if (!isBusy(this.store.get().run)) return
    this.store.update({ run: { state: 'stopping' } })
    void this.client.stop().catch((error) => this.failRun(error))
  }

  private take(event: ReadingProgress): void {
    const { store, flows } = this
    const { run, answers } = store.get()
    const isStopping = run.state === 'stopping'
    switch (event.type) {
      case 'opened': {
        const { type: _, ...clip } = event
        store.update({ clip, ...(isStopping ? {} : { run: { state: 'encoding', done: 0, of: clip.frames / 2 } }) })
        break
      }
      case 'frame': {
        const { index, timeS, image } = event
        store.update({ frames: [...store.get().frames, { index, timeS, image }] })
        break
      }
      case 'pair': {
        const before = store.get().msPerPair ?? 0
        const msPerPair = (before * event.index + event.ms) / (event.index + 1)
        const done = event.index + 1
        store.update({ msPerPair, ...(isStopping ? {} : { run: { state: 'encoding', done, of: event.of } }) })
        break
      }
      case 'stage':
        this.setAnswer(event.id, { state: 'thinking' })
        if (!isStopping) store.update({ run: { state: 'answering', id: event.id } })
        break
      case 'token':
        flows[event.id].push(event.text)
        if (this.options.keepFrames) {
          this.streamedIds[event.id] ??= []
          this.streamedIds[event.id]?.push(event.tokenId)
        }
        if (answers[event.id].state === 'thinking') {
          this.setAnswer(event.id, { state: 'streaming', firstTokenMs: event.ms })
        }
        break
      case 'answer': {
        const { promptTokens: _, prefillMs, answerTokens: tokens, decodeMs } = event.figures
        flows[event.id].set(event.text)
        const isStopped = event.finish === 'stopped'
        this.setAnswer(event.id, {
          state: isStopped ? 'stopped' : 'done',
          firstTokenMs: prefillMs,
          tokens,
          ...(tokens > 1 && decodeMs > 0 ? { tokensPerS: ((tokens - 1) / decodeMs) * 1000 } : {}),
          ...(event.finish === 'length' ? { cut: `cut at ${tokens} tokens` } : {}),
          ...(event.finish === 'context-full' ? { cut: 'cut: the context is full' } : {}),
        })
        const title = this.stages.find(({ id }) => id === event.id)?.title
        if (!isStopped) store.update({ announcement: `${title}: ${event.text}` })
        break
      }
      case 'over': {
        const settled = Object.entries(answers).map(([id, answer]) => {
          const isOpen = answer.state === 'waiting' || answer.state === 'thinking'
          return [id, isOpen ? { state: 'empty' } : answer] as const
        })
        store.update({
          run: { state: 'over', stopped: event.stopped },
          answers: Object.fromEntries(settled) as Record<StageId, AnswerState>,
          announcement: event.stopped ? 'Stopped.' : 'The reading is complete.',
        })
        break
      }
    }
  }

  private setAnswer(id: StageId, answer: AnswerState): void {
    this.store.update({ answers: { ...this.store.get().answers, [id]: answer } })
  }

  private clear(): void {
    for (const { image } of this.store.get().frames) image.close()
    for (const flow of Object.values(this.flows)) flow.set('')
    this.streamedIds = {}
    this.store.update({
      frames: [],
      clip: undefined,
      msPerPair: undefined,
      answers: blank,
      run: { state: 'idle' },
      announcement: '',
    })
  }

  private failRun(error: unknown): void {
    const failure = asError(error)
    const answers = Object.fromEntries(
      Object.entries(this.store.get().answers).map(([id, answer]) => [
        id,
        answer.state === 'streaming'
          ? { ...answer, state: 'stopped' }
          : answer.state === 'done'
            ? answer
            : blank.emotion,
      ]),
    ) as Record<StageId, AnswerState>
    this.store.update({ run: { state: 'failed', error: failure }, answers })
    this.dropModelAfter(failure)
  }

  /** After some failures no session answers any more: the model has to be loaded again. */
  private dropModelAfter(error: VidemoError): void {
    if (error.code !== 'device-lost' && error.code !== 'worker-died') return
    this.store.update({ bundle: undefined, load: { state: 'failed', url: this.url, error } })
  }

  private async recover(): Promise<void> {
    const { load } = this.store.get()
    if (load.state !== 'failed' || (load.error.code !== 'worker-died' && load.error.code !== 'device-lost')) return
    this.client.terminate()
    this.client = this.options.createClient()
    this.store.update({ device: await this.client.probe() })
  }
}

/** Whether a reading is under way. */
export function isBusy(run: RunState): boolean {
  return ['queued', 'opening', 'encoding', 'answering', 'stopping'].includes(run.state)
}

function everyAnswer(answer: AnswerState): Record<StageId, AnswerState> {
  return Object.fromEntries(stageIds.map((id) => [id, answer])) as Record<StageId, AnswerState>
}

function asError(error: unknown): VidemoError {
  return fromWire(toWire(error))
}
