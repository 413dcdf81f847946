import type { FacesMoment } from '../../src/affect/measures.ts'
import { FacesClient } from '../../src/faces/worker/client.ts'
import type { AnalyzeJob, Told } from './analyze-job.ts'
import { TrackCollector, type TrackRecord } from './track-record.ts'

/** Moments that are told at once. */
const momentsPerMessage = 100

/** Follows the faces of a file in their own worker, and tells the command line of them. */
export class FollowedVideo {
  private readonly client: FacesClient
  private readonly collector = new TrackCollector()
  private untold: FacesMoment[] = []

  constructor(
    appUrl: string,
    private readonly job: Pick<AnalyzeJob, 'faces' | 'fromS' | 'hasCurves'>,
    private readonly tell: (told: Told) => Promise<void>,
  ) {
    this.client = new FacesClient({ appUrl })
  }

  /** Throws FaceError `faces-not-loaded`, `faces-lost`. */
  load(): Promise<void> {
    return this.client.load()
  }

  /**
   * Measures the file to its end.
   *
   * @param onProgress told of seconds that are measured, and of those there are
   * @throws FaceError, CaptureError
   */
  async measure(video: File, onProgress?: (doneS: number, totalS: number) => void): Promise<readonly TrackRecord[]> {
    const { faces, fromS, hasCurves } = this.job
    const options = { framesPerSecond: faces.rate, ...(fromS > 0 ? { fromS } : {}) }
    for await (const event of this.client.measure(video, options)) {
      if (event.type === 'event') this.collector.addEvent(event.event)
      else if (event.type === 'progress') onProgress?.(event.doneS, event.totalS)
      else if (event.type === 'moment') {
        this.collector.add(event.moment)
        if (hasCurves) await this.tellMoment(event.moment)
      }
    }
    await this.tellRest()
    return this.collector.records(faces.who, faces.rate)
  }

  /** For a reading of the file whose measuring has begun. */
  openFeed(): MessagePort {
    return this.client.openFeed()
  }

  close(): void {
    this.client.close()
  }

  private async tellMoment(moment: FacesMoment): Promise<void> {
    this.untold.push(moment)
    if (this.untold.length >= momentsPerMessage) await this.tellRest()
  }

  private async tellRest(): Promise<void> {
    const moments = this.untold
    this.untold = []
    if (moments.length > 0) await this.tell({ type: 'moments', moments })
  }
}
