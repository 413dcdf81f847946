import type { StageId } from '../affect/stages.ts'
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
  /** The very frames that the latest reading used. */
  lastFrames(): Promise<HandedFrame[]>
  /** Ids of the tokens that were streamed, by stage. */
  streamedIds(): Partial<Record<StageId, number[]>>
}

declare global {
  var videmoTest: TestHooks | undefined
}

/** Hands out, with `?test` in the address, what tests compare; nothing on the page uses it. */
export function installTestHooks(session: Session): void {
  globalThis.videmoTest = {
    lastFrames: async () => {
      const frames = await session.client.lastFrames()
      return Promise.all(
        frames.map(async ({ width, height, timeS, rgba }) => ({ width, height, timeS, rgba: await base64(rgba) })),
      )
    },
    streamedIds: () => session.streamedIds,
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
