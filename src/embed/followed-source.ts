import { type LiveFeed, liveFrames } from '../capture/live-frames.ts'
import { FirstFaces } from '../faces/first-faces.ts'
import { FacesClient, type FollowingProgress } from '../faces/worker/client.ts'
import type { FacesRequest } from '../reading/faces-request.ts'
import { viewFor } from '../reading/view-rules.ts'
import type { CheckedFaces, CheckedOptions } from './checked-options.ts'

/** Measures a second of a camera at most. */
const liveRate = 30

/** Follows the faces of an analyzer's source in a worker of their own. */
export class FollowedSource {
  /** Settles when the source was measured to its end, or cannot be. Throws FaceError, CaptureError. */
  readonly measured: Promise<void>
  private readonly client: FacesClient
  private readonly first = new FirstFaces()
  private readonly looked: Promise<void>
  private endLook: () => void = () => undefined
  private feed: LiveFeed | undefined

  private constructor(
    private readonly options: CheckedOptions,
    private readonly faces: CheckedFaces,
  ) {
    this.client = new FacesClient({ appUrl: options.appUrl })
    this.client.seekSmall(faces.areSmallSought)
    this.looked = new Promise((resolve) => {
      this.endLook = resolve
    })
    this.measured = this.measure().finally(this.endLook)
    this.measured.catch(() => undefined)
  }

  /** Loads the networks, and begins to measure. Throws FaceError `faces-not-loaded`, `faces-lost`. */
  static async open(options: CheckedOptions, faces: CheckedFaces): Promise<FollowedSource> {
    const followed = new FollowedSource(options, faces)
    try {
      await followed.client.load()
      return followed
    } catch (error) {
      followed.close()
      throw error
    }
  }

  /**
   * How a model is shown the faces, and what of that moves to its reader; undefined where the source shows drawn faces, or
   * nobody, to a model that reads drawings: that is shown the picture.
   *
   * @param model what kind of faces it reads
   */
  async requestFor(
    model: Parameters<typeof viewFor>[0],
  ): Promise<{ readonly faces: FacesRequest; readonly transferred: Transferable[] } | undefined> {
    const { view: asked, who } = this.faces
    const isShownAsIs = asked === 'auto' && model.reads === 'drawn-faces' && (await this.areDrawnOrNone())
    if (isShownAsIs || who === 'none') return undefined
    const view = asked === 'auto' ? viewFor(model, { isDrawn: false }) : asked
    const { port1, port2 } = new MessageChannel()
    this.client.openFeed(port1)
    const faces: FacesRequest = { view, who: view === 'picture' ? 'chosen' : who, feed: { type: 'port', port: port2 } }
    return { faces, transferred: [port2] }
  }

  close(): void {
    this.feed?.stop()
    this.client.close()
  }

  /** Of a live source that cannot be known before its end: whoever draws it asks for the view `picture`. */
  private async areDrawnOrNone(): Promise<boolean> {
    const { source } = this.options
    if (source.type === 'live') return false
    await this.looked
    return (await this.first.areDrawn(source.file)) ?? true
  }

  private async measure(): Promise<void> {
    for await (const event of this.events()) {
      if (event.type === 'event') tell(this.options.onFaceEvent, event.event)
      if (event.type !== 'moment') continue
      this.first.take(event.moment)
      if (this.first.isEnough) this.endLook()
      tell(this.options.onMeasured, event.moment)
    }
  }

  private events(): AsyncGenerator<FollowingProgress> {
    const { source } = this.options
    const { rate } = this.faces
    if (source.type === 'file') {
      return this.client.measure(source.file, rate === undefined ? {} : { framesPerSecond: rate })
    }
    this.feed = liveFrames(source.stream, { framesPerSecond: rate ?? liveRate })
    return this.client.follow(this.feed.frames, this.feed.transfer)
  }
}

/** What the caller's function throws is the caller's to see, and ends nothing here. */
function tell<Told>(listener: ((told: Told) => void) | undefined, told: Told): void {
  try {
    listener?.(told)
  } catch (error) {
    reportError(error)
  }
}
