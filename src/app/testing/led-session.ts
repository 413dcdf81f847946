import { type Mock, vi } from 'vitest'
import { EngineError } from '../../base/errors.ts'
import { damagedVideo } from '../../capture/file-errors.ts'
import type { LoadedBundle } from '../../readers/worker/protocol.ts'
import type { UpdateFigures } from '../../reading/events.ts'
import { Session } from '../session/session.ts'
import { FakeClient } from './fake-client.ts'
import { FakeFacesClient } from './fake-faces-client.ts'
import { smallBundle } from './story-facts.ts'

export const url = (name: string) => `https://models.example/${name}/`
export const address = (name: string) => ({ type: 'url', url: url(name) }) as const
export const bundle = (name: string): LoadedBundle => ({ ...smallBundle, name, source: address(name) })

/** Begins as Matroska files do. */
export const clip = (name: string) => ({ name, file: new Blob([new Uint8Array([0x1a, 0x45, 0xdf, 0xa3]), name]) })
/** Begins as a video does, and is none. */
export const corruptClip = (name: string) => clip(`corrupt ${name}`)
export const notAClip = (name: string) => ({ name, file: new Blob([]) })

export const figures: UpdateFigures = {
  updateMs: 1,
  visionPairs: 1,
  visionMs: 1,
  prefillTokens: 1,
  prefillMs: 1,
  answerTokens: 1,
  decodeMs: 1,
  passes: 1,
  drafted: 0,
  accepted: 0,
  firstTokenMs: 1,
}

export const notLoaded = () => new EngineError({ code: 'no-model', message: 'No.', action: 'Wait.', recoverable: true })
export const outOfMemory = () => new EngineError({ code: 'out-of-memory', message: 'Full.', action: 'Close pages.' })

/** As many turns of the event loop as any chain of promises here needs. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setTimeout(resolve))
}

/** A session whose clients are led by the test; animation frames come at once. */
export function setUp({ startsByItself = false } = {}) {
  vi.stubGlobal('requestAnimationFrame', (run: () => void) => run())
  const clients: FakeClient[] = []
  const faces: FakeFacesClient[] = []
  /** Last pictures that the session has taken. */
  const pictures: { readonly close: Mock }[] = []
  const session = new Session({
    createFaces: async () => {
      const client = new FakeFacesClient()
      faces.push(client)
      return client
    },
    createClient: () => {
      const client = new FakeClient()
      clients.push(client)
      return client
    },
    defaultBundle: url('first'),
    smallBundle: url('small'),
    sampleUrl: 'https://page.example/sample.webm',
    trustsLinks: true,
    startsByItself,
    troubleIn: async (file) => ((await file.text()).includes('corrupt') ? damagedVideo(undefined) : undefined),
    lastPicture: () => {
      const picture = { close: vi.fn() }
      pictures.push(picture)
      return picture as unknown as ImageBitmap
    },
  })
  const state = () => session.store.get()
  return {
    session,
    clients,
    faces,
    pictures,
    state,
    /** The newest one. */
    client: () => clients[clients.length - 1],
    /** Loads a bundle to its end. */
    load: async (name: string) => {
      const loaded = session.loadBundle(address(name))
      clients[clients.length - 1].newestLoad.finish(bundle(name))
      await settle()
      return loaded
    },
    queue: () => state().queue.map(({ name, progress }) => `${name} ${progress.state}`),
    fromS: () => {
      const { source } = clients[clients.length - 1].reading.request
      return source.type === 'file' ? source.fromS : undefined
    },
  }
}

export function frame(number = 0) {
  const image = { close: vi.fn() }
  const event = {
    type: 'frame',
    track: 'picture',
    number,
    timeS: number / 2,
    image: image as unknown as ImageBitmap,
    thumbnail: new Blob(['x']),
  } as const
  return { event, image }
}
