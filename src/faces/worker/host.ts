import { transfer } from 'comlink'
import type { TrackId } from '../../affect/track.ts'
import type { FaceNetworks } from '../networks/face-networks.ts'
import { Feeds } from './feeds.ts'
import { Following, type SourceFollower } from './following.ts'
import type { FacesApi, FacesOptions, FacesSource, FollowingEvent } from './protocol.ts'

/** What the host stands on; the worker's door brings the networks of a browser. */
export interface HostParts {
  readonly openNetworks: (options: FacesOptions) => Promise<FaceNetworks>
  readonly makeFollower: (networks: FaceNetworks) => SourceFollower
}

/** The inside of the worker that follows faces: one set of networks, one source at a time. */
export class FacesHost implements FacesApi {
  private options: FacesOptions = { appUrl: '' }
  /** One for all sources, so that the numbers of faces go on from one to the next. */
  private follower: Promise<SourceFollower> | undefined
  private following: Following | undefined
  private followings = 0
  private isMeshShown = false
  private areSmallSought = false

  constructor(private readonly parts: HostParts) {}

  open(options: FacesOptions): void {
    this.options = options
  }

  async load(): Promise<void> {
    await this.loaded()
  }

  start(source: FacesSource): number {
    const { following: before, isMeshShown } = this
    before?.stop()
    // The follower takes one frame at a time.
    const follower = Promise.all([this.loaded(), before?.finished]).then(([loaded]) => loaded)
    // The following asks for it once its source is open, and is told then.
    follower.catch(() => undefined)
    this.following = new Following(++this.followings, source, follower, isMeshShown)
    return this.followings
  }

  async nextEvents(number: number): Promise<FollowingEvent[]> {
    const { following } = this
    if (following?.number !== number) return []
    const events = await following.events.next()
    const meshes = events.flatMap((event) =>
      event.type === 'moment' && event.meshes ? [...event.meshes.values()] : [],
    )
    return transfer(
      events,
      meshes.map(({ buffer }) => buffer),
    )
  }

  stop(): void {
    this.following?.stop()
  }

  takeNeutral(track: TrackId): void {
    this.following?.takeNeutral(track)
  }

  choose(track: TrackId): void {
    this.following?.feeds.choose(track)
  }

  showMesh(isShown: boolean): void {
    this.isMeshShown = isShown
    this.following?.showMesh(isShown)
  }

  seekSmall(isOn: boolean): void {
    this.areSmallSought = isOn
    this.follower?.then(
      (follower) => {
        follower.seeksSmall = isOn
      },
      () => undefined,
    )
  }

  openFeed(port: MessagePort): void {
    const feeds = this.following?.feeds ?? new Feeds()
    if (!this.following) feeds.end()
    feeds.add(port)
  }

  endFeeds(): void {
    this.following?.feeds.endPorts()
  }

  ping(): void {
    // That it is answered is the answer.
  }

  /** A load that has failed is tried again by the next source: the network may be back. */
  private loaded(): Promise<SourceFollower> {
    this.follower ??= this.parts.openNetworks(this.options).then((networks) => {
      const follower = this.parts.makeFollower(networks)
      follower.seeksSmall = this.areSmallSought
      return follower
    })
    const { follower } = this
    follower.catch(() => {
      if (this.follower === follower) this.follower = undefined
    })
    return follower
  }
}
