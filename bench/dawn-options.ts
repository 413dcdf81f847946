import { CLIError, countOption, oneOf } from '../cli/options.ts'
import { type Dtype, dtypes } from '../src/manifest/manifest.ts'
import type { DawnOptions } from './dawn.ts'
import { type Size, sizes } from './sizes.ts'

export const defaultTokens = 48
export const defaultCycles = 5

/** What a packed folder can do: hold the reference cases against the processor's numbers, and measure. */
export const packedParts = ['cases', 'speed'] as const
export type PackedPart = (typeof packedParts)[number]

export interface PackedOptions extends Pick<DawnOptions, 'tokens' | 'cycles'> {
  readonly size: Size
  /** Each is built and measured in turn. */
  readonly dtypes: readonly Dtype[]
  readonly parts: readonly PackedPart[]
  /**
   * How V8 compiles the runtime's WebAssembly: its quick compiler alone, or all of it, which stalls the first run for half
   * a minute and is what a browser does.
   */
  readonly v8: (typeof compilers)[number]
  /** File for the report. */
  readonly json?: string
}

const compilers = ['quick', 'whole'] as const

const optionNames = ['--size', '--dtype', '--tokens', '--cycles', '--parts', '--v8', '--json'] as const

/** Options of a packed folder's script. Throws CLIError. */
export function parsePackedOptions(args: readonly string[]): PackedOptions {
  const values = new Map<string, string>()
  for (let index = 0; index < args.length; index += 2) {
    const value = args[index + 1]
    const name = oneOf('option', args[index], optionNames)
    if (value === undefined) throw new CLIError(`${name} needs a value.`)
    values.set(name, value)
  }
  const size = oneOf(
    '--size',
    values.get('--size') ?? '3b',
    sizes.filter((each) => each !== 'small'),
  )
  const json = values.get('--json')
  return {
    size,
    dtypes: listOf('--dtype', values.get('--dtype') ?? defaultDtypes(size), dtypes),
    tokens: countOption('--tokens', values.get('--tokens'), 2) ?? defaultTokens,
    cycles: countOption('--cycles', values.get('--cycles'), 1) ?? defaultCycles,
    parts: listOf('--parts', values.get('--parts') ?? packedParts.join(), packedParts),
    v8: oneOf('--v8', values.get('--v8') ?? 'whole', compilers),
    ...(json === undefined ? {} : { json }),
  }
}

function listOf<T extends string>(name: string, text: string, known: readonly T[]): T[] {
  return text.split(',').map((each) => oneOf(name, each, known))
}

/** The middle size is for adapters in software, some of which have no 16-bit floats. */
function defaultDtypes(size: Size): string {
  return size === '3b' ? 'q4f16,q4' : 'q4'
}

/** What each size is for: software adapters have no 16-bit floats. */
export function defaultDtype(size: Size): 'q4' | 'q4f16' {
  return size === '3b' ? 'q4f16' : 'q4'
}
