import { CLIError, countOption, oneOf } from '../cli/options.ts'
import { dtypes } from '../src/manifest/manifest.ts'
import type { DawnOptions } from './dawn.ts'
import { sizes } from './sizes.ts'

export const defaultTokens = 48
export const defaultCycles = 5

/** Options of a packed folder's script. Throws CLIError. */
export function parseDawnOptions(
  args: readonly string[],
): Pick<DawnOptions, 'size' | 'dtype' | 'tokens' | 'cycles'> & { readonly json?: string } {
  const values = new Map<string, string>()
  for (let index = 0; index < args.length; index += 2) {
    const value = args[index + 1]
    const name = oneOf('option', args[index], ['--size', '--dtype', '--tokens', '--cycles', '--json'])
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
    dtype: oneOf('--dtype', values.get('--dtype') ?? defaultDtype(size), dtypes),
    tokens: countOption('--tokens', values.get('--tokens'), 2) ?? defaultTokens,
    cycles: countOption('--cycles', values.get('--cycles'), 1) ?? defaultCycles,
    ...(json === undefined ? {} : { json }),
  }
}

/** What each size is for: software adapters have no 16-bit floats. */
export function defaultDtype(size: (typeof sizes)[number]): 'q4' | 'q4f16' {
  return size === '3b' ? 'q4f16' : 'q4'
}
