import { type MeasuredFace, type MeasuredUnit, measuredUnits } from '../../affect/measures.ts'
import type { TrackId } from '../../affect/track.ts'
import type { TimedFrame } from '../../capture/painter.ts'
import type { FollowedFrame } from '../face-follower.ts'
import type { SourceFollower } from '../worker/following.ts'

export function fakeMeasured(timeS: number, smile = 0.5): MeasuredFace {
  return {
    timeS,
    box: { x: 10, y: 20, width: 30, height: 40 },
    units: Object.fromEntries(
      measuredUnits.map((unit, index) => [unit, unit === 'AU12' ? smile : index / 100]),
    ) as Record<MeasuredUnit, number>,
    head: { yaw: 1, pitch: -2, roll: 3 },
    gaze: { x: 0.1, y: -0.2 },
    closedLeft: 0.3,
    closedRight: 0.4,
    mouthOpen: 0.6,
    quality: { heightPx: 40, sharpness: 0.9, light: 0.5, turn: 7, cut: 0, covered: 0.1, flaws: ['dark', 'small'] },
  }
}

/** Finds one face in every frame, as wide as a tenth of the frame. */
export class FakeFollower implements SourceFollower {
  readonly followed: number[] = []
  readonly pictures: number[] = []
  readonly neutrals: string[] = []
  forgotten = 0
  seeksSmall = false
  /** Resolves when the frame may be done; default: at once. */
  wait: () => Promise<void> = async () => undefined

  async follow(frame: TimedFrame): Promise<FollowedFrame> {
    this.followed.push(frame.timeS)
    await this.wait()
    return this.found(frame)
  }

  async followPicture(frame: TimedFrame): Promise<FollowedFrame> {
    this.pictures.push(frame.timeS)
    return this.found(frame)
  }

  forget() {
    this.forgotten++
    const startS = this.followed.at(-1)
    return startS === undefined
      ? []
      : [{ track: 'face-1', kind: 'smile', startS, endS: startS + 1, strength: 0.5 } as const]
  }

  takeNeutral(track: TrackId): boolean {
    this.neutrals.push(track)
    return true
  }

  neutral() {
    return 'learnt' as const
  }

  private found({ timeS, width, height }: TimedFrame): FollowedFrame {
    const face = {
      track: 'face-1',
      measured: fakeMeasured(timeS),
      landmarks: new Float32Array([1, 2, 3]),
      region: { x: 0, y: 0, side: 1, angle: 0 },
      blendshapes: new Float32Array(52),
    } as const
    return { timeS, width, height, faces: [face], events: [], isCut: false }
  }
}
