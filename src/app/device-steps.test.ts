import { expect, it } from 'vitest'
import { type DeviceProblem, describeProblem } from '../device/device.ts'
import type { DeviceReport } from '../readers/worker/protocol.ts'
import { stepsOf } from './device-steps.ts'
import { fullBundle, graphicsCard, smallBundle, softwareAdapter } from './testing/story-facts.ts'

const unusable = (problem: DeviceProblem): DeviceReport => ({
  state: 'unusable',
  problem: { ...problem, ...describeProblem(problem) },
})
const states = (...args: Parameters<typeof stepsOf>) => stepsOf(...args).map(({ state }) => state)

it('there are six, whatever is known', () => {
  for (const device of [undefined, graphicsCard, softwareAdapter, unusable({ kind: 'no-webgpu' })]) {
    expect(stepsOf(device, undefined)).toHaveLength(6)
  }
})

it.each([
  ['insecure-context', 0],
  ['no-webgpu', 1],
  ['no-adapter', 2],
] as const)('%s ends at step %d and says what to do', (kind, at) => {
  const steps = stepsOf(unusable({ kind }), undefined)
  expect(steps.map(({ state }) => state)).toEqual(
    Array.from({ length: 6 }, (_, index) => (index < at ? 'fine' : index === at ? 'missing' : 'unknown')),
  )
  expect(steps[at].problem).toMatchObject(describeProblem({ kind }))
})

it('a graphics card with room has all six', () => {
  expect(new Set(states(graphicsCard, fullBundle))).toEqual(new Set(['fine']))
})

it('software and missing 16-bit floats limit; too little room is missing', () => {
  expect(states(softwareAdapter, smallBundle)).toEqual(['fine', 'fine', 'fine', 'limited', 'limited', 'fine'])
  if (graphicsCard.state !== 'usable') throw new Error('the story’s card is usable')
  const { adapter } = graphicsCard
  const tight = { ...graphicsCard, adapter: { ...adapter, limits: { ...adapter.limits, maxBufferSize: 1e6 } } }
  expect(states(tight, fullBundle).at(-1)).toBe('missing')
})
