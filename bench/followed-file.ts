import { TrackSummaries, type TrackSummary } from '../src/affect/track-summary.ts'
import { FaceFollower, type FollowedFrame } from '../src/faces/face-follower.ts'
import type { FaceNetworks } from '../src/faces/networks/face-networks.ts'
import { decoded } from './ffmpeg-frames.ts'

export interface FileReport {
  readonly file: string
  readonly frames: readonly FollowedFrame[]
  readonly summaries: readonly TrackSummary[]
  readonly msAFrame: number
}

/** Follows all faces of one file. */
export async function followedFile(file: string, networks: FaceNetworks, seeksSmall = false): Promise<FileReport> {
  const source = await decoded(file)
  const follower = new FaceFollower(networks, { seeksSmall })
  const summaries = new TrackSummaries()
  const frames: FollowedFrame[] = []
  let ms = 0
  for await (const frame of source.frames()) {
    const start = performance.now()
    const followed = await (source.isPicture ? follower.followPicture(frame) : follower.follow(frame))
    ms += performance.now() - start
    frames.push(followed)
    summaries.push(followed)
    summaries.pushEvents(followed.events)
  }
  summaries.pushEvents(follower.forget())
  return { file, frames, summaries: summaries.summaries(), msAFrame: ms / Math.max(1, frames.length) }
}
