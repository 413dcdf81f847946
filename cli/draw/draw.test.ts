import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { actionUnits } from '../../src/affect/labels.ts'
import { clipSeconds } from '../../src/demo-face/clip.ts'
import { Random } from '../../src/demo-face/random.ts'
import { BicubicResizer } from '../../src/qwen25vl/index.ts'
import { FrameSource } from '../score/score-frames.ts'
import { draw } from './draw.ts'
import { clipOf, fileTimes, shuffledOrder, trainingTimes } from './drawn-clips.ts'

const folder = mkdtempSync(join(tmpdir(), 'videmo-draw-'))
const count = 34
const file = (run: string, name: string) => readFileSync(join(folder, run, name))
const frameBytes = 112 * 112 * 3

beforeAll(async () => {
  for (const jobs of [1, 2]) await draw({ seed: 5, count, out: join(folder, `jobs${jobs}`), mode: 'training', jobs })
  await draw({ seed: 5, count: 3, out: join(folder, 'scoring'), mode: 'scoring', jobs: 1 })
}, 60_000)

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe('draw', () => {
  it('writes the same bytes on one thread and on two', () => {
    for (const name of ['frames.bin', 'parameters.bin', 'looks.bin', 'lines.jsonl', 'meta.json', 'prompts.txt']) {
      expect(file('jobs1', name).equals(file('jobs2', name)), name).toBe(true)
    }
  })

  it('writes what meta.json says', () => {
    const meta = JSON.parse(file('jobs1', 'meta.json').toString())
    expect(meta).toMatchObject({ count, frames: 8, size: 112, seed: 5 })
    expect(meta.parameters.slice(0, 12)).toEqual(actionUnits)
    expect(meta.parameters).toHaveLength(19)
    expect(file('jobs1', 'frames.bin')).toHaveLength(count * 8 * frameBytes)
    expect(file('jobs1', 'parameters.bin')).toHaveLength(count * 8 * meta.parameters.length * 4)
    expect(file('jobs1', 'looks.bin')).toHaveLength(count * meta.looks.length * 4)
  })

  it('writes the parameters that were drawn', () => {
    const bytes = file('jobs1', 'parameters.bin')
    const { looks, parameters } = JSON.parse(file('jobs1', 'meta.json').toString())
    const [clip, frame] = [33, 5]
    const row = (clip * 8 + frame) * parameters.length
    const value = (name: string) => bytes.readFloatLE(4 * (row + parameters.indexOf(name)))
    const seen = clipOf(5, clip, trainingTimes(8))
    const { pose } = seen.frames[frame]
    for (const unit of actionUnits) expect(value(unit)).toBeCloseTo(pose.units[unit])
    expect([value('yaw'), value('closedRight')]).toEqual([Math.fround(pose.yaw), Math.fround(pose.closedRight)])
    const look = (name: string) =>
      file('jobs1', 'looks.bin').readFloatLE(4 * (clip * looks.length + looks.indexOf(name)))
    expect(look('isMale')).toBe(Number(seen.clip.looks.isMale))
    expect(look(`hairColor=${seen.clip.looks.hairColor}`)).toBe(1)
  })

  it('names frames of the clip in every line', () => {
    const lines = file('jobs1', 'lines.jsonl').toString().trim().split('\n')
    const clips = lines.map((line) => /^frames\.bin#(\d+):0-[2468]$/.exec(JSON.parse(line).videos[0])?.[1])
    expect([...new Set(clips)]).toEqual(Array.from({ length: count }, (_, clip) => String(clip)))
  })

  it('draws for scoring just what is scored, after the model’s resize', () => {
    const frames = file('scoring', 'frames.bin')
    const resizer = new BicubicResizer({ width: 224, height: 224 }, { width: 112, height: 112 })
    const source = new FrameSource(5, {})
    for (let clip = 0; clip < 3; clip++) {
      for (const [index, { rgba }] of source.clip(clip).frames.entries()) {
        const start = (clip * 8 + index) * frameBytes
        expect(frames.subarray(start, start + frameBytes).equals(resizer.resize(rgba))).toBe(true)
      }
    }
    const { orders } = JSON.parse(file('scoring', 'meta.json').toString())
    expect(orders).toEqual([0, 1, 2].map((clip) => shuffledOrder(5, clip, 8)))
    const lines = file('scoring', 'lines.jsonl').toString().trim().split('\n')
    expect(lines.map((line) => JSON.parse(line).task)).toEqual([0, 1, 2].flatMap(() => ['reasoning-3', 'choices-3']))
  })
})

describe('the moments at which clips are looked at', () => {
  it('lie about half a second apart, within the clip', () => {
    const all = Array.from({ length: 500 }, (_, seed) => trainingTimes(8)(new Random(seed)))
    const gaps = all.flatMap((times) => times.slice(1).map((timeS, index) => timeS - times[index]))
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(0.47 - 1e-9)
    expect(Math.max(...gaps)).toBeLessThanOrEqual(0.6 + 1e-9)
    expect(Math.min(...all.flat())).toBeGreaterThanOrEqual(0)
    expect(Math.max(...all.flat())).toBeLessThanOrEqual(clipSeconds)
  })

  it('are those of the model’s recipe in a file', () => {
    expect(fileTimes({ fps: 2, minFrames: 2, maxFrames: 8 })()).toEqual([0, 0.6, 1.1, 1.7, 2.2, 2.8, 3.3, 3.9])
    expect(fileTimes({ maxFrames: 2, minFrames: 2 })()).toEqual([0, 3.9])
  })

  it('are shuffled into another order, always the same', () => {
    for (let index = 0; index < 50; index++) {
      const order = shuffledOrder(9, index, 2)
      expect(order).toEqual([1, 0])
      expect(shuffledOrder(9, index, 8).toSorted()).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
      expect(shuffledOrder(9, index, 8)).toEqual(shuffledOrder(9, index, 8))
    }
  })
})

it('gives clips whose frames tell what happens, the same ones each time', () => {
  for (let index = 0; index < 200; index++) {
    const { clip, truth } = clipOf(8, index, fileTimes({}))
    expect([clip.motion.type, 'none']).toContain(truth.motion)
  }
  expect(clipOf(8, 3, fileTimes({})).clip).toEqual(clipOf(8, 3, fileTimes({})).clip)
  expect(clipOf(8, 3, fileTimes({})).clip).not.toEqual(clipOf(9, 3, fileTimes({})).clip)
})
