import type { FacesMoment } from '../../src/affect/measures.ts'
import { FirstFaces } from '../../src/faces/first-faces.ts'
import { FacesClient } from '../../src/faces/worker/client.ts'
import type { AnalyzeJob, Told } from './analyze-job.ts'
import { TrackCollector, type TrackRecord } from './track-record.ts'

/** Moments that are told at once. */
const momentsPerMessage = 100

/** Follows the faces of a file in their own worker, and tells the command line of them. */
export class FollowedVideo {
  private readonly client: FacesClient
  private readonly collector = new TrackCollector()
  private readonly first = new FirstFaces()
  /** Resolves once enough of the first faces are known, or there are no more. */
  private readonly looked: Promise<void>
  private endLook: () => void = () => undefined
  private untold: FacesMoment[] = []

  constructor(
    private readonly video: File,
    appUrl: string,
    private readonly job: Pick<AnalyzeJob, 'faces' | 'fromS' | 'hasCurves'>,
    private readonly tell: (told: Told) => Promise<void>,
  ) {
    this.client = new FacesClient({ appUrl })
    this.client.seekSmall(job.faces.areSmallSought)
    this.looked = new Promise((resolve) => {
      this.endLook = resolve
    })
  }

  /** Throws FaceError `faces-not-loaded`, `faces-lost`. */
  load(): Promise<void> {
    return this.client.load()
  }

  /**
   * Measures the file to its end; once.
   *
   * @param onProgress told of seconds that are measured, and of those there are
   * @throws FaceError, CaptureError
   */
  async measure(onProgress?: (doneS: number, totalS: number) => void): Promise<void> {
    const { faces, fromS } = this.job
    const options = { framesPerSecond: faces.rate, ...(fromS > 0 ? { fromS } : {}) }
    try {
      for await (const event of this.client.measure(this.video, options)) {
        if (event.type === 'event') this.collector.addEvent(event.event)
        else if (event.type === 'progress') onProgress?.(event.doneS, event.totalS)
        else if (event.type === 'moment') await this.take(event.moment)
      }
      await this.tellRest()
    } finally {
      this.endLook()
    }
  }

  /** Of the faces that the job asks for, once the file is measured. */
  get records(): readonly TrackRecord[] {
    const { who, rate, areSmallSought } = this.job.faces
    return this.collector.records(who === 'none' ? 0 : who, { rate, smallFaces: areSmallSought })
  }

  /** Whether the faces of the file whose measuring has begun are drawings; undefined where there are none. */
  async areDrawn(): Promise<boolean | undefined> {
    await this.looked
    return this.first.areDrawn(this.video)
  }

  /** For a reading of the file whose measuring has begun. */
  openFeed(): MessagePort {
    const { port1, port2 } = new MessageChannel()
    this.client.openFeed(port1)
    return port2
  }

  close(): void {
    this.client.close()
  }

  private async take(moment: FacesMoment): Promise<void> {
    this.collector.add(moment)
    this.first.take(moment)
    if (this.first.isEnough) this.endLook()
    if (!this.job.hasCurves) return
    this.untold.push(moment)
    if (this.untold.length >= momentsPerMessage) await this.tellRest()
  }

  private async tellRest(): Promise<void> {
    const moments = this.untold
    this.untold = []
    if (moments.length > 0) await this.tell({ type: 'moments', moments })
  }
}
