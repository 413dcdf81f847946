import { createCanvas } from '@napi-rs/canvas'
import { expect, it } from 'vitest'
import type { MeasuredUnit } from '../affect/measures.ts'
import { choicesPreset, reasoningPreset } from '../affect/stages.ts'
import { measuredFace } from '../readers/local/testing/measured-faces.ts'
import type { Canvas2D } from './face.ts'
import { drawTwin, twinAttributes, twinPose } from './twin.ts'

const box = { x: 0, y: 0, width: 80, height: 100 }
const moving = (units: Partial<Record<MeasuredUnit, number>>) => measuredFace(0, box, units)

function drawn(face: ReturnType<typeof moving>): Uint8Array {
  const canvas = createCanvas(64, 64)
  drawTwin(canvas.getContext('2d') as unknown as Canvas2D, 64, face)
  return Uint8Array.from(canvas.data())
}

it('moves as the measured face, within what drawn faces do', () => {
  const face = { ...moving({ AU12: 0.8, AU4: 0.3 }), head: { yaw: 20, pitch: -40, roll: 10 }, closedLeft: 0.9 }
  const pose = twinPose(face)
  expect(pose.units).toMatchObject({ AU12: 0.8, AU4: 0.3, AU25: 0, AU26: 0 })
  expect(pose.yaw).toBeCloseTo(0.349, 3)
  expect(pose.pitch).toBe(-0.3)
  expect(pose.roll).toBe(0.12)
  expect(pose.closedLeft).toBe(0.9)
  expect(pose.closedRight).toBe(0)
})

it('opens its mouth for speech, and shows a smile’s teeth without dropping the jaw', () => {
  const talking = twinPose(moving({ AU25: 0.4, AU26: 0.3 })).units
  expect(talking.AU25).toBeGreaterThan(0.6)
  expect(talking.AU26).toBeGreaterThan(0.4)
  const smiling = twinPose(moving({ AU12: 1, AU25: 0.6 })).units
  expect(smiling.AU25).toBe(1)
  expect(smiling.AU26).toBe(0)
  expect(twinPose(moving({ AU25: 0.05 })).units.AU25).toBe(0)
})

it('lifts its upper lip only where the measured one is lifted clearly', () => {
  expect(twinPose(moving({ AU10: 0.46, AU25: 0.9 })).units.AU10).toBe(0)
  expect(twinPose(moving({ AU10: 1 })).units.AU10).toBe(1)
})

it('does not glance with eyes that look ahead', () => {
  expect(twinPose({ ...moving({}), gaze: { x: -0.2, y: 0.1 } })).toMatchObject({ gazeX: -0, gazeY: 0 })
  expect(twinPose({ ...moving({}), gaze: { x: -1, y: 0 } }).gazeX).toBe(-1)
})

it('is drawn the same for the same measures, and otherwise for others', () => {
  expect(drawn(moving({ AU12: 0.9 }))).toEqual(drawn(moving({ AU12: 0.9 })))
  expect(drawn(moving({ AU12: 0.9 }))).not.toEqual(drawn(moving({})))
})

it('knows what it looks like, in the words of each preset', () => {
  const promptOf = ({ stages }: typeof reasoningPreset) => stages.find(({ id }) => id === 'attributes')?.prompt ?? ''
  expect(twinAttributes(promptOf(reasoningPreset))).toMatch(/^A young woman with .* hair\./)
  expect(twinAttributes(promptOf(choicesPreset))).toMatch(/^young, .*wearing_earrings/)
  expect(twinAttributes('a prompt of one’s own')).toBe(twinAttributes(promptOf(reasoningPreset)))
})
