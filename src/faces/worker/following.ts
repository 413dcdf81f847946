import type { TrackId } from '../../affect/track.ts'
import { toWire } from '../../base/errors.ts'
import { EventQueue } from '../../base/event-queue.ts'
import { NewestFrame } from '../../capture/newest-frame.ts'
import { openClip } from '../../capture/open-clip.ts'
import type { NeutralState } from '../baseline.ts'
import type { FaceFollower } from '../face-follower.ts'
import { measureClip } from '../measure-clip.ts'
import { MomentLog } from '../moment-log.ts'
import { type ToldFrame, toldFrame } from '../told-frame.ts'
import { Feeds } from './feeds.ts'
import type { FacesSource, FollowingEvent } from './protocol.ts'

export type SourceFollower = Pick<
  FaceFollower,
  'follow' | 'followPicture' | 'forget' | 'takeNeutral' | 'neutral' | 'seeksSmall'
>

/** As often as cameras give frames; more would show no more movement. */
const mostPerSecond = 30
/** As the page asks cameras for at most; of a larger screen, frames are drawn smaller. */
const mostPixels = 1280 * 720
/** Events of a live source that are held for a page that does not ask: those of about a minute. */
const mostEvents = 2000
/** How often the progress of a file is told, ms. */
const progressMs = 250

/** One source whose faces are followed, from its start to its end. */
export class Following {
  readonly events: EventQueue<FollowingEvent>
  readonly feeds: Feeds
  /** Resolves when the follower is free for the next source. */
  readonly finished: Promise<void>
  private readonly controller = new AbortController()
  private follower: SourceFollower | undefined
  private live: NewestFrame | undefined
  /** Of the newest moment that was told. */
  private toldS: number | undefined

  constructor(
    readonly number: number,
    source: FacesSource,
    follower: Promise<SourceFollower>,
    private isMeshShown: boolean,
  ) {
    this.events = new EventQueue(source.type === 'live' ? mostEvents : undefined)
    this.feeds = new Feeds(source.type === 'file' ? new MomentLog() : undefined)
    this.finished = this.run(source, follower)
  }

  stop(): void {
    this.controller.abort(new DOMException('Following was stopped.', 'AbortError'))
    this.live?.close()
    this.feeds.end()
  }

  takeNeutral(track: TrackId): void {
    this.follower?.takeNeutral(track)
  }

  showMesh(isShown: boolean): void {
    this.isMeshShown = isShown
  }

  private async run(source: FacesSource, follower: Promise<SourceFollower>): Promise<void> {
    const { signal } = this.controller
    try {
      if (source.type === 'live') await this.followLive(source, follower)
      else await this.measureFile(source, follower)
      this.events.push({ type: 'over', reason: signal.aborted ? 'stopped' : 'ended' })
    } catch (error) {
      if (signal.aborted) this.events.push({ type: 'over', reason: 'stopped' })
      else this.events.push({ type: 'failed', error: toWire(error) })
    } finally {
      this.feeds.end()
    }
  }

  private async followLive(
    { frames }: Extract<FacesSource, { type: 'live' }>,
    follower: Promise<SourceFollower>,
  ): Promise<void> {
    const { signal } = this.controller
    // Taken in from the start: a stream that nobody reads holds its camera's few buffers.
    const live = new NewestFrame(frames, {
      mostPerSecond,
      mostPixels,
      onPicture: (picture) => this.events.push({ type: 'picture', picture }),
    })
    this.live = live
    try {
      const own = await this.begin(follower)
      for (let frame = await live.next(); frame && !signal.aborted; frame = await live.next()) {
        this.tell(own, toldFrame(await own.follow(frame), frame))
      }
    } finally {
      live.close()
    }
  }

  private async measureFile(
    source: Extract<FacesSource, { type: 'file' }>,
    follower: Promise<SourceFollower>,
  ): Promise<void> {
    const { signal } = this.controller
    const { file, ...options } = source
    const clip = await openClip(file)
    try {
      const own = await this.begin(follower)
      let toldMs = Number.NEGATIVE_INFINITY
      let lastS = 0
      for await (const { doneS, totalS, ...told } of measureClip(clip, own, { ...options, signal })) {
        signal.throwIfAborted()
        this.tell(own, told)
        lastS = totalS
        if (performance.now() - toldMs < progressMs) continue
        toldMs = performance.now()
        this.events.push({ type: 'progress', doneS, totalS })
      }
      this.events.push({ type: 'progress', doneS: lastS, totalS: lastS })
    } finally {
      clip.close()
    }
  }

  private async begin(follower: Promise<SourceFollower>): Promise<SourceFollower> {
    this.follower = await follower
    this.controller.signal.throwIfAborted()
    this.follower.forget()
    this.events.push({ type: 'ready' })
    return this.follower
  }

  private tell(follower: SourceFollower, { moment, events, meshes }: ToldFrame): void {
    if (this.controller.signal.aborted) return
    if (moment.timeS !== this.toldS) {
      this.toldS = moment.timeS
      this.feeds.tell(moment)
      const neutral = new Map<TrackId, NeutralState>(
        moment.faces.map(({ track }) => [track, follower.neutral(track) ?? 'learning']),
      )
      this.events.push({ type: 'moment', moment, neutral, ...(this.isMeshShown ? { meshes: meshes() } : {}) })
    }
    for (const event of events) this.events.push({ type: 'event', event })
  }
}
