import type { BuildOptions } from '../src/build/options.ts'
import { bitsOption, countOption } from './options.ts'

/** How a build stores weights, as options of every command that builds. */
export const weightArgs = {
  'embed-bits': { type: 'string', description: '4 or 8' },
  'vision-bits': { type: 'string', description: '4, 8 or 16' },
  'zero-points': { type: 'boolean', default: false, description: 'Store a zero point per block' },
  'shard-bytes': {
    type: 'string',
    description: 'Largest data file, but for a single tensor that is larger; default 512 MiB',
  },
} as const

export type WeightOptions = Pick<BuildOptions, 'embedBits' | 'visionBits' | 'zeroPoints' | 'shardBytes'>

/** Throws CLIError. */
export function weightOptions(args: {
  readonly 'embed-bits'?: string | undefined
  readonly 'vision-bits'?: string | undefined
  readonly 'zero-points': boolean
  readonly 'shard-bytes'?: string | undefined
}): WeightOptions {
  const embedBits = bitsOption('--embed-bits', args['embed-bits'], [4, 8] as const)
  const visionBits = bitsOption('--vision-bits', args['vision-bits'], [4, 8, 16] as const)
  const shardBytes = countOption('--shard-bytes', args['shard-bytes'], 4096)
  return {
    zeroPoints: args['zero-points'],
    ...(embedBits ? { embedBits } : {}),
    ...(visionBits ? { visionBits } : {}),
    ...(shardBytes ? { shardBytes } : {}),
  }
}
