import type { FollowingProgress } from '../../faces/worker/client.ts'
import type { MeasureOptions } from '../../faces/worker/protocol.ts'
import type { SessionFaces } from '../session/faces.ts'

/** One source that is followed, as far as a test says. */
export class FakeFollowing {
  private readonly waiting: (() => void)[] = []
  private readonly events: (FollowingProgress | Error)[] = []
  isLeft = false

  constructor(readonly source: { readonly type: 'live' } | { readonly file: Blob; readonly options: MeasureOptions }) {}

  send(...events: FollowingProgress[]): void {
    this.events.push(...events)
    for (const wake of this.waiting.splice(0)) wake()
  }

  fail(error: Error): void {
    this.events.push(error)
    for (const wake of this.waiting.splice(0)) wake()
  }

  async *read(): AsyncGenerator<FollowingProgress> {
    try {
      for (;;) {
        const event = this.events.shift()
        if (event instanceof Error) throw event
        if (event) yield event
        else await new Promise<void>((resolve) => this.waiting.push(resolve))
        if (event?.type === 'over') return
      }
    } finally {
      this.isLeft = true
    }
  }
}

/** The client of a worker that follows faces, led by a test. */
export class FakeFacesClient implements SessionFaces {
  readonly followings: FakeFollowing[] = []
  readonly feeds: MessagePort[] = []
  /** How many sources were begun when each feed was opened. */
  readonly begunAtFeeds: number[] = []
  /** What else it was asked, in order. */
  readonly asked: string[] = []

  /** The newest one. */
  get following(): FakeFollowing {
    return this.followings[this.followings.length - 1]
  }

  async load(): Promise<void> {
    this.asked.push('load')
  }

  follow(): AsyncGenerator<FollowingProgress> {
    return this.begin(new FakeFollowing({ type: 'live' }))
  }

  measure(file: Blob, options: MeasureOptions = {}): AsyncGenerator<FollowingProgress> {
    return this.begin(new FakeFollowing({ file, options }))
  }

  stop(): void {
    this.asked.push('stop')
  }

  takeNeutral(track: string): void {
    this.asked.push(`neutral ${track}`)
  }

  choose(track: string): void {
    this.asked.push(`choose ${track}`)
  }

  showMesh(isShown: boolean): void {
    this.asked.push(`mesh ${isShown}`)
  }

  seekSmall(isOn: boolean): void {
    this.asked.push(`small ${isOn}`)
  }

  openFeed(port: MessagePort): void {
    this.feeds.push(port)
    this.begunAtFeeds.push(this.followings.length)
  }

  endFeeds(): void {
    this.asked.push('end feeds')
  }

  close(): void {
    this.asked.push('close')
    for (const feed of this.feeds) feed.close()
  }

  private begin(following: FakeFollowing): AsyncGenerator<FollowingProgress> {
    this.followings.push(following)
    return following.read()
  }
}
