import { type DescribedProblem, describeProblem, missingFor } from '../device/device.ts'
import type { DeviceReport } from '../readers/worker/protocol.ts'
import type { SessionState } from './session/session-state.ts'
import { deviceWords } from './words/device.ts'

export interface Step {
  readonly title: string
  readonly state: 'fine' | 'limited' | 'missing' | 'unknown'
  readonly problem?: Pick<DescribedProblem, 'message' | 'action'> | undefined
}

const basics = [
  ['insecure-context', deviceWords.steps.secure],
  ['no-webgpu', deviceWords.steps.webgpu],
  ['no-adapter', deviceWords.steps.adapter],
] as const

/** The six things that reading needs of a browser and its device, each with what to do where it is missing. */
export function stepsOf(device: DeviceReport | undefined, bundle: SessionState['bundle']): readonly Step[] {
  const problem = device?.state === 'unusable' ? device.problem : undefined
  const failedAt = basics.findIndex(([kind]) => kind === problem?.kind)
  const steps: Step[] = basics.map(([, title], index) => {
    if (!device) return { title, state: 'unknown' }
    if (!problem || index < failedAt) return { title, state: 'fine' }
    return index === failedAt ? { title, state: 'missing', problem } : { title, state: 'unknown' }
  })
  if (device?.state !== 'usable') {
    return [
      ...steps,
      { title: deviceWords.steps.hardware, state: 'unknown' },
      { title: deviceWords.steps.half, state: 'unknown' },
      { title: deviceWords.steps.room, state: 'unknown' },
    ]
  }
  const { adapter, notices } = device
  const software = notices.find(({ kind }) => kind === 'software-adapter')
  const missing = bundle && missingFor(bundle.manifest.needs, adapter)
  const hasHalf = adapter.features.includes('shader-f16')
  return [
    ...steps,
    software
      ? { title: deviceWords.steps.hardware, state: 'limited', problem: software }
      : { title: deviceWords.steps.hardware, state: 'fine' },
    hasHalf
      ? { title: deviceWords.steps.half, state: 'fine' }
      : {
          title: deviceWords.steps.half,
          state: 'limited',
          problem: deviceWords.noHalf,
        },
    missing?.kind === 'limits-too-small'
      ? { title: deviceWords.steps.room, state: 'missing', problem: describeProblem(missing) }
      : { title: deviceWords.steps.room, state: bundle ? 'fine' : 'unknown' },
  ]
}
