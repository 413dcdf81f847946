import { type EngineError, fromWire, toWire, VidemoError } from '../../base/errors.ts'
import { EventQueue } from '../../base/event-queue.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { PictureState } from '../../capture/picture-watch.ts'
import type { ReadingEvent, ReadingProgress } from '../../reading/events.ts'
import type { ReadingRequest } from '../../reading/request.ts'
import { readFile } from './file-reading.ts'
import { readFrames } from './frames-reading.ts'
import { Gate } from './gate.ts'
import { readLive } from './live-reading.ts'
import { type MakePairReader, type PairReader, shownPicture } from './pair-reader.ts'
import type { MakeCanvas } from './twin-painter.ts'

/** How long to wait for the report that the device was lost, after something on it has failed, ms. */
const lossReportMs = 1000

/** One source being read, from its start to its end. */
export class ReadingRun {
  readonly events = new EventQueue<ReadingEvent>()
  finished: Promise<void> = Promise.resolve()
  private readonly controller = new AbortController()
  private readonly gate = new Gate()
  /** Closed while a live source gives no picture. */
  private readonly pictureGate = new Gate()
  private readonly failure: Promise<never>
  private reject: (error: EngineError) => void = () => undefined
  private reader: PairReader | undefined

  constructor(
    readonly number: number,
    private readonly request: ReadingRequest,
    private readonly makeReader: MakePairReader,
    /** What drawn faces are drawn on. Default: OffscreenCanvas. */
    private readonly makeCanvas?: MakeCanvas,
  ) {
    this.failure = new Promise((_, reject) => {
      this.reject = reject
    })
    this.failure.catch(() => undefined)
  }

  start(): void {
    const { signal } = this.controller
    this.finished = Promise.race([this.run().catch(this.explain), this.failure]).then(
      () => {
        const ended = this.request.source.type === 'live' ? 'source-ended' : 'ended'
        this.emit({ type: 'over', reason: signal.aborted ? 'stopped' : ended })
      },
      (error: unknown) => {
        if (signal.aborted && error === signal.reason) this.emit({ type: 'over', reason: 'stopped' })
        else this.emit({ type: 'failed', error: toWire(error) })
      },
    )
  }

  /**
   * What happens from the start on, for a reader in the same thread. Leaving the loop ends the reading.
   *
   * @throws the error that ended it
   */
  async *read(): AsyncGenerator<ReadingProgress> {
    try {
      for (;;) {
        for (const event of await this.events.next()) {
          if (event.type === 'failed') throw fromWire(event.error)
          yield event
          if (event.type === 'over') return
        }
      }
    } finally {
      this.stop()
      await this.finished
    }
  }

  stop(): void {
    this.controller.abort(new DOMException('The reading was stopped.', 'AbortError'))
    this.gate.open()
    this.pictureGate.open()
  }

  pause(isPaused: boolean): void {
    if (isPaused === this.gate.isClosed || this.controller.signal.aborted) return
    if (isPaused) this.gate.close()
    else this.gate.open()
    this.emit({ type: 'paused', isPaused })
  }

  /** Ends the reading with an error, even while it waits for the device. */
  fail(error: EngineError): void {
    this.reject(error)
  }

  framesOf(update: number): readonly TimedFrame[] {
    return this.reader?.kept?.get(update) ?? []
  }

  private get control() {
    return { signal: this.controller.signal, gate: this.pass, onPicture: this.takePicture }
  }

  private readonly pass = async (): Promise<void> => {
    while (this.gate.isClosed || this.pictureGate.isClosed) {
      await this.gate.pass()
      await this.pictureGate.pass()
    }
  }

  /** Pauses the answer in progress as well: somebody who closes the camera's shutter wants nothing more to be read. */
  private readonly takePicture = (picture: PictureState): void => {
    if (this.controller.signal.aborted) return
    if (picture === 'there') this.pictureGate.open()
    else this.pictureGate.close()
    this.emit({ type: 'picture', picture })
  }

  private readonly emit = (event: ReadingEvent): void => this.events.push(event)

  /**
   * Replaces an error by that of a lost device: what waits for a device fails when it is lost, often before the loss is
   * reported.
   */
  private readonly explain = async (error: unknown): Promise<never> => {
    if (!(error instanceof VidemoError) && !this.controller.signal.aborted) {
      await Promise.race([this.failure, new Promise((resolve) => setTimeout(resolve, lossReportMs))])
    }
    throw error
  }

  private async run(): Promise<void> {
    const { source, settings } = this.request
    const reader = await this.openReader()
    this.reader = reader
    try {
      if (source.type === 'file') await readFile(reader, source, settings, this.emit, this.control)
      else if (source.type === 'frames') await readFrames(reader, source, this.emit, this.control)
      else await readLive(reader, source, settings, this.emit, this.control)
    } finally {
      await reader.dispose()
    }
  }

  private async openReader(): Promise<PairReader> {
    const { request, makeReader, makeCanvas, emit, control } = this
    const { faces } = request
    if (!faces) return makeReader(emit, control, request, shownPicture)
    // Fetched with the first reading that follows faces.
    const { openFacesReader } = await import('./faces-reader.ts')
    return openFacesReader({ request, faces, makeReader, makeCanvas, emit, control })
  }
}
