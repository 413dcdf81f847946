import type { DeviceFigures } from '../../workers/engine-api.ts'
import type { Transcript } from './reading-board.ts'
import type { Session } from './session.ts'

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
  /** The very frames that an update used. */
  framesOf(update: number): Promise<HandedFrame[]>
  deviceFigures(): Promise<DeviceFigures | undefined>
  /** Ends the worker, as a crash would. */
  killWorker(): void
  loseDevice(): Promise<void>
}

declare global {
  var videmoTest: TestHooks | undefined
}

/**
 * Hands out, with `?test` in the address, what tests compare and break; nothing on the page uses it. The page then
 * begins by itself only with `&auto`.
 */
export function installTestHooks(session: Session): void {
  session.startsByItself = new URLSearchParams(location.search).has('auto')
  globalThis.videmoTest = {
    transcripts: () => session.transcripts,
    framesOf: async (update) => {
      const frames = await session.client.framesOf(update)
      return Promise.all(
        frames.map(async ({ width, height, timeS, rgba }) => ({ width, height, timeS, rgba: await base64(rgba) })),
      )
    },
    deviceFigures: () => session.client.deviceFigures(),
    killWorker: () => session.client.terminate(),
    loseDevice: () => session.client.loseDevice(),
  }
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
