import { type DescribedProblem, describeProblem, missingFor } from '../device/device.ts'
import type { DeviceReport } from '../readers/worker/protocol.ts'
import type { SessionState } from './session/session-state.ts'

export interface Step {
  readonly title: string
  readonly state: 'fine' | 'limited' | 'missing' | 'unknown'
  readonly problem?: Pick<DescribedProblem, 'message' | 'action'> | undefined
}

const basics = [
  ['insecure-context', 'A secure connection'],
  ['no-webgpu', 'A browser with WebGPU'],
  ['no-adapter', 'A graphics adapter'],
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
      { title: 'Speed: a real graphics processor', state: 'unknown' },
      { title: '16-bit floats', state: 'unknown' },
      { title: 'Room for the model', state: 'unknown' },
    ]
  }
  const { adapter, notices } = device
  const software = notices.find(({ kind }) => kind === 'software-adapter')
  const missing = bundle && missingFor(bundle.manifest.needs, adapter)
  const hasHalf = adapter.features.includes('shader-f16')
  return [
    ...steps,
    software
      ? { title: 'Speed: a real graphics processor', state: 'limited', problem: software }
      : { title: 'Speed: a real graphics processor', state: 'fine' },
    hasHalf
      ? { title: '16-bit floats', state: 'fine' }
      : {
          title: '16-bit floats',
          state: 'limited',
          problem: {
            message: 'This adapter lacks shader-f16, so bundles that compute in 16 bits cannot run.',
            action: 'Use bundles built with --dtype q4.',
          },
        },
    missing?.kind === 'limits-too-small'
      ? { title: 'Room for the model', state: 'missing', problem: describeProblem(missing) }
      : { title: 'Room for the model', state: bundle ? 'fine' : 'unknown' },
  ]
}
