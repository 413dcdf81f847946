import { transfer } from 'comlink'
import { requireAllowedHost } from '../../bundles/weight-hosts.ts'
import type { ReadingEvent } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import type { ReadingRun } from '../local/reading-run.ts'
import { browserBackend } from './browser-backend.ts'
import type { TransformersApi, TransformersModel, TransformersRequest, TransformersStep } from './protocol.ts'
import { TransformersReader } from './transformers-reader.ts'

/** transformers.js behind the door of its worker: one model, one reading at a time. */
export class TransformersHost implements TransformersApi {
  private readonly reader = new TransformersReader(() => browserBackend())
  private appUrl = ''
  private run: ReadingRun | undefined
  private events = 0

  open(appUrl: string): void {
    this.appUrl = appUrl
  }

  /** Each event is a sign that something was computed. */
  async ping(): Promise<number> {
    return this.events
  }

  async load(
    { folder, ...request }: TransformersRequest,
    onStep: (step: TransformersStep) => void,
    mayFetch: () => Promise<boolean>,
  ): Promise<TransformersModel> {
    requireAllowedHost(folder, this.appUrl)
    const address = new URL(folder, this.appUrl).href
    return this.reader.load({ ...request, folder: address }, onStep, mayFetch)
  }

  cancelLoad(): Promise<void> {
    return this.reader.cancelLoad()
  }

  async startReading(request: ReadingRequest): Promise<number> {
    this.run = await this.reader.start(request)
    return this.run.number
  }

  async nextEvents(number: number): Promise<ReadingEvent[]> {
    const { run } = this
    if (run?.number !== number) return []
    const events = await run.events.next()
    this.events += events.length
    const images = events.flatMap((event) => (event.type === 'frame' && event.image ? [event.image] : []))
    return transfer(events, images)
  }

  stopReading(): Promise<void> {
    return this.reader.stop()
  }

  pauseReading(isPaused: boolean): Promise<void> {
    return this.reader.pause(isPaused)
  }
}
