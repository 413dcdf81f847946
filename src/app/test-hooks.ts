import type { FacesMoment } from '../affect/measures.ts'
import type { StageId } from '../affect/stages.ts'
import { toWire, type WireError } from '../base/errors.ts'
import type { DeviceFigures, EngineOptions } from '../readers/worker/protocol.ts'
import type { FacesState } from './session/faces-state.ts'
import type { Session, SessionOptions } from './session/session.ts'
import type { RecordedReading } from './session/session-state.ts'
import type { Transcript } from './transcript.ts'

/** A frame that a test can take out of the page. */
export interface HandedFrame {
  readonly width: number
  readonly height: number
  readonly timeS: number
  /** RGBA, in base64. */
  readonly rgba: string
}

export interface TestHooks {
  /** What each update of the reading said. */
  transcripts(): readonly Transcript[]
  /** Every complete reading, the oldest first, of all sources. */
  recorded(): readonly RecordedSummary[]
  /** Sources opened so far, so that a test can tell one reading's end from the next one's. */
  opened(): number
  /** The very frames that an update used. */
  framesOf(update: number): Promise<HandedFrame[]>
  deviceFigures(): Promise<DeviceFigures | undefined>
  /** Ends the worker, as a crash would. */
  killWorker(): void
  loseDevice(): Promise<void>
  /** Who is followed, the newest moment, and how many moments there were. */
  faces(): FollowedFaces
  /** Ends the worker that follows faces, as a crash would. */
  killFaces(): Promise<void>
}

/** What tests ask of a complete reading. */
export interface RecordedSummary {
  readonly source: string
  readonly startS: number
  readonly endS: number
  readonly texts: Partial<Record<StageId, string>>
}

export interface FollowedFaces {
  readonly state: FacesState
  readonly latest: FacesMoment | undefined
  readonly moments: number
  /** Why nobody is followed. */
  readonly error: WireError | undefined
}

declare global {
  var videmoTest: TestHooks | undefined
}

/** What an address may ask of a page that was built for tests. */
export interface TestOptions {
  readonly engine: Pick<EngineOptions, 'forceSubgroups' | 'skipChecks' | 'preferAdapter'>
  readonly session: Pick<SessionOptions, 'maxTokens' | 'keepFrames' | 'trustsLinks'>
  readonly startsByItself: boolean
}

/**
 * With `?test`: `&tokens=N` of an answer, `&unchecked` without the device's check, `&subgroups` with kernels that may be
 * wrong, `&trusted` without a question about a linked bundle, and `&auto` begins by itself. The published page has none
 * of this: only a build in Vite's mode `tests` reads it.
 */
export function testOptions(parameters: URLSearchParams): TestOptions | undefined {
  if (!parameters.has('test')) return undefined
  return {
    engine: {
      forceSubgroups: parameters.has('subgroups'),
      skipChecks: parameters.has('unchecked'),
      preferAdapter: true,
    },
    session: {
      maxTokens: Number(parameters.get('tokens') ?? 24),
      keepFrames: true,
      trustsLinks: parameters.has('trusted'),
    },
    startsByItself: parameters.has('auto'),
  }
}

/** Hands out what tests compare and break; nothing on the page uses it. */
export function installTestHooks({ store, run, client, faces }: Session): void {
  let moments = 0
  let last: FacesMoment | undefined
  faces.board.listen(() => {
    const latest = faces.board.latest()
    if (latest && latest !== last) moments++
    last = latest
  })
  globalThis.videmoTest = {
    faces: () => {
      const { faces: state } = store.get()
      const error = state.status.state === 'failed' ? toWire(state.status.error) : undefined
      return { state, latest: faces.board.latest(), moments, error }
    },
    killFaces: () => faces.kill(),
    transcripts: () => run.transcripts,
    recorded: () => store.get().recording.map(summaryOf),
    opened: () => store.get().opened,
    framesOf: async (update) => {
      const frames = await client.get().framesOf(update)
      return Promise.all(
        frames.map(async ({ width, height, timeS, rgba }) => ({ width, height, timeS, rgba: await base64(rgba) })),
      )
    },
    deviceFigures: () => client.get().figures(),
    killWorker: () => client.get().close(),
    loseDevice: () => client.get().loseDevice(),
  }
}

function summaryOf({ source, startS, endS, answers }: RecordedReading): RecordedSummary {
  const texts = Object.fromEntries(Object.entries(answers).map(([id, answer]) => [id, answer?.text]))
  return { source: source.name, startS, endS, texts }
}

async function base64(bytes: Uint8ClampedArray): Promise<string> {
  const url = await new Promise<string>((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(new Blob([new Uint8ClampedArray(bytes)]))
  })
  return url.slice(url.indexOf(',') + 1)
}
