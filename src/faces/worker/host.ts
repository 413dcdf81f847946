import { transfer } from 'comlink'
import type { TrackId } from '../../affect/track.ts'
import type { Follower } from '../follower.ts'
import type { FaceNetworks } from '../networks/face-networks.ts'
import { Feeds } from './feeds.ts'
import { Following } from './following.ts'
import type { FacesApi, FacesOptions, FacesSource, FollowingEvent } from './protocol.ts'

export interface HostParts {
  readonly openNetworks: (options: FacesOptions) => Promise<FaceNetworks>
  /** For each source another one, which knows nobody yet. */
  readonly makeFollower: (networks: FaceNetworks) => Follower
}

/** The inside of the worker that follows faces: one set of networks, one source at a time. */
export class FacesHost implements FacesApi {
  private options: FacesOptions = { appUrl: '' }
  private networks: Promise<FaceNetworks> | undefined
  private following: Following | undefined
  private followings = 0
  private isMeshShown = false

  constructor(private readonly parts: HostParts) {}

  open(options: FacesOptions): void {
    this.options = options
  }

  async load(): Promise<void> {
    await this.loaded()
  }

  start(source: FacesSource): number {
    this.stop()
    const { followings, isMeshShown } = this
    const { makeFollower } = this.parts
    const follower = this.loaded().then(makeFollower)
    this.following = new Following(followings + 1, source, follower, isMeshShown)
    return ++this.followings
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
  private loaded(): Promise<FaceNetworks> {
    this.networks ??= this.parts.openNetworks(this.options)
    const { networks } = this
    networks.catch(() => {
      if (this.networks === networks) this.networks = undefined
    })
    return networks
  }
}
