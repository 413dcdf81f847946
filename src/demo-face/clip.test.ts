import { describe, expect, it } from 'vitest'
import { type ActionUnit, actionUnits } from '../affect/labels.ts'
import { clipSeconds, type DrawnClip, type MotionType, poseAt } from './clip.ts'
import { motionTypes, opposed, sampleClip } from './sample-clip.ts'
import { drawnActions, drawnAppearances, framesOf, presentFrom, type Truth, truthOf } from './truth.ts'

const clips = Array.from({ length: 400 }, (_, seed) => sampleClip(7000 + seed))

/** Eight frames, two a second. */
function timesFrom(startS: number): number[] {
  return Array.from({ length: 8 }, (_, index) => startS + index / 2)
}

function truthFrom(clip: DrawnClip, timesS: readonly number[]): Truth | undefined {
  return truthOf(clip.looks, framesOf(clip, timesS), clip.motion.type)
}

/** Every fiftieth of a second. */
function densely(fromS: number, toS: number): number[] {
  return Array.from({ length: Math.round((toS - fromS) * 50) + 1 }, (_, index) => fromS + index / 50)
}

describe('sampleClip', () => {
  it('gives the same clip for the same seed, and another for another', () => {
    expect(sampleClip(12)).toEqual(sampleClip(12))
    expect(sampleClip(12)).not.toEqual(sampleClip(13))
  })

  it('never poses units that pull against each other', () => {
    for (const { phases } of clips) {
      for (const { units } of phases) {
        const both = opposed.filter((pair) => pair.every((unit) => (units[unit] ?? 0) >= presentFrom))
        expect(both).toEqual([])
      }
    }
  })

  it('leaves no unit undecided: well above the threshold, or well below it', () => {
    for (const { phases } of clips) {
      const intensities = phases.flatMap(({ units }) => Object.values(units))
      expect(intensities.filter((intensity) => Math.abs(intensity - presentFrom) < 0.1)).toEqual([])
    }
  })
})

describe('poseAt', () => {
  it('keeps to the ranges of a pose, at every moment', () => {
    for (const clip of clips) {
      const poses = densely(0, clipSeconds).map((timeS) => poseAt(clip, timeS))
      const shares = poses.flatMap((pose) => [...Object.values(pose.units), pose.closedLeft, pose.closedRight])
      const gazes = poses.flatMap(({ gazeX, gazeY }) => [Math.abs(gazeX), Math.abs(gazeY)])
      const angles = poses.flatMap(({ yaw, pitch, roll }) => [yaw, pitch, roll].map(Math.abs))
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...shares)).toBeLessThanOrEqual(1)
      expect(Math.max(...gazes)).toBeLessThanOrEqual(1)
      expect(Math.max(...angles)).toBeLessThan(0.75)
    }
  })

  it('moves without jumps', () => {
    for (const clip of clips) {
      const poses = densely(0, clipSeconds).map((timeS) => poseAt(clip, timeS))
      const steps = poses.slice(1).flatMap((pose, index) => {
        const before = poses[index]
        const units = actionUnits.map((unit) => Math.abs(pose.units[unit] - before.units[unit]))
        return [...units, Math.abs(pose.yaw - before.yaw), Math.abs(pose.pitch - before.pitch)]
      })
      expect(Math.max(...steps)).toBeLessThan(0.25)
    }
  })
})

describe('truthOf', () => {
  it('calls a unit present just where it reaches the threshold within the window', () => {
    let told = 0
    for (const [index, clip] of clips.entries()) {
      // Lips open and close while they talk: frames may miss it.
      const isTalking = clip.motion.type === 'talk'
      const times = timesFrom((index % 10) / 20)
      const truth = truthFrom(clip, times)
      if (!truth) continue
      told++
      const dense = densely(times[0], times[7]).map((timeS) => poseAt(clip, timeS))
      const reached = (unit: ActionUnit) => dense.some(({ units }) => units[unit] >= presentFrom)
      const expected = actionUnits.filter((unit) => reached(unit) && !(isTalking && isMouth(unit)))
      expect(truth.units.filter((unit) => !(isTalking && isMouth(unit)))).toEqual(expected)
    }
    expect(told).toBeGreaterThan(0.9 * clips.length)
  })

  it('tells what happens in nearly all clips, whenever they are looked at', () => {
    const untold = clips.filter((clip) => truthFrom(clip, timesFrom(0.1)) === undefined)
    expect(untold.length / clips.length).toBeLessThan(0.1)
  })

  it('reads the motion that was drawn, or none where too little of it was seen', () => {
    for (const clip of clips) {
      const whole = truthFrom(clip, timesFrom(0.2))
      if (whole) expect([clip.motion.type, 'none']).toContain(whole.motion)
      const first = truthFrom(clip, timesFrom(0.2).slice(0, 2))
      if (first) expect([clip.motion.type, 'none']).toContain(first.motion)
    }
  })

  it('needs the order of the frames for what moves', () => {
    const motions: MotionType[] = ['turn', 'close_eyes', 'yawn', 'wink']
    const moving = clips.filter(({ motion }) => motions.includes(motion.type))
    const mixed = moving.map((clip) => {
      const [a, b, c, d, e, f, g, h] = framesOf(clip, timesFrom(0.2))
      return { clip, ordered: [a, b, c, d, e, f, g, h], shuffled: [a, e, b, f, c, g, d, h] }
    })
    const seen = mixed.filter(
      ({ clip, ordered }) => truthOf(clip.looks, ordered, clip.motion.type)?.motion !== undefined,
    )
    const stillSeen = seen.filter(
      ({ clip, shuffled }) => truthOf(clip.looks, shuffled, clip.motion.type)?.motion === clip.motion.type,
    )
    expect(stillSeen.length / seen.length).toBeLessThan(0.5)
  })

  it('turns heads as far as others shake or nod, so that single frames do not tell', () => {
    const reach = (axis: 'yaw' | 'pitch', types: readonly MotionType[]) => {
      const angles = clips
        .filter(({ motion }) => types.includes(motion.type) && (motion.type !== 'turn' || motion.axis === axis))
        .flatMap((clip) => framesOf(clip, timesFrom(0.2)).map(({ pose }) => Math.abs(pose[axis])))
      return angles.toSorted((a, b) => a - b)[Math.floor(0.9 * angles.length)]
    }
    for (const [axis, other] of [
      ['yaw', 'shake_head'],
      ['pitch', 'nod'],
    ] as const) {
      const ratio = reach(axis, ['turn']) / reach(axis, [other])
      expect(ratio).toBeGreaterThan(0.8)
      expect(ratio).toBeLessThan(1.25)
    }
  })

  it('tells two expressions apart in time', () => {
    const clip = sampleClip(1)
    const phases = [
      { toS: 2, units: { AU12: 0.9 } },
      { toS: clipSeconds, units: { AU4: 0.9, AU24: 0.8 } },
    ]
    const truth = truthFrom({ ...clip, phases, motion: { type: 'none' } }, timesFrom(0.2))
    expect(truth?.phases).toEqual([
      { when: 'beginning', units: ['AU12'] },
      { when: 'end', units: ['AU4', 'AU24'] },
    ])
    expect(truth?.emotion).toBe('angry')
    expect(truth?.units).toEqual(['AU4', 'AU12', 'AU24'])
    expect(truth?.actions).toEqual(['smile', 'frown'])
  })
})

describe('the labels of clips by lot', () => {
  const truths = clips.flatMap((clip) => truthFrom(clip, timesFrom(0.2)) ?? [])
  const shareOf = (holds: (truth: Truth) => boolean) => truths.filter(holds).length / truths.length

  it.each(drawnAppearances)('%s is drawn often, and not always', (label) => {
    const share = shareOf(({ appearances }) => appearances.includes(label))
    expect(share).toBeGreaterThan(0.03)
    expect(share).toBeLessThan(0.7)
  })

  it.each(actionUnits)('%s is drawn often, and not always', (unit) => {
    const share = shareOf(({ units }) => units.includes(unit))
    expect(share).toBeGreaterThan(0.06)
    expect(share).toBeLessThan(0.6)
  })

  it.each(motionTypes)('%s moves in about one of ten', (motion) => {
    const share = shareOf((truth) => truth.motion === motion)
    expect(share).toBeGreaterThan(0.04)
    expect(share).toBeLessThan(0.2)
  })

  it.each(['happy', 'sad', 'neutral', 'angry', 'surprise', 'disgust', 'fear'])('%s is expressed', (emotion) => {
    const share = shareOf((truth) => truth.emotion === emotion)
    expect(share).toBeGreaterThan(0.05)
    expect(share).toBeLessThan(0.35)
  })

  it.each(drawnActions)('%s is done by some', (action) => {
    expect(shareOf(({ actions }) => actions.includes(action))).toBeGreaterThan(0.005)
  })
})

function isMouth(unit: ActionUnit): boolean {
  return unit === 'AU25' || unit === 'AU26'
}
