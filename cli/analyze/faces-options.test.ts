import { describe, expect, it } from 'vitest'
import { facesArgs, facesOptions, requireSense } from './faces-options.ts'

const defaults = { view: 'auto', rate: '10', 'small-faces': false, 'measure-only': false } as const
const definitions = { ...facesArgs, bundle: { type: 'string' }, 'max-tokens': { type: 'string' } } as const

describe('the options that say whom to follow', () => {
  it('are the largest face at ten measures a second, and every face where nothing is read', () => {
    expect(facesOptions(defaults)).toEqual({ view: 'auto', who: 1, rate: 10, areSmallSought: false })
    expect(facesOptions({ ...defaults, 'measure-only': true })).toMatchObject({ view: 'auto', who: 'all', rate: 10 })
  })

  it('look for small faces where that is asked for', () => {
    expect(facesOptions({ ...defaults, 'small-faces': true }).areSmallSought).toBe(true)
  })

  it.each([
    ['all', 'all'],
    ['none', 'none'],
    ['largest', 1],
    ['1', 1],
    ['8', 8],
  ])('take %s faces', (faces, who) => {
    expect(facesOptions({ ...defaults, faces }).who).toBe(who)
  })

  it.each(['0', '9', '1.5', '-1', 'everybody', ' ', '1e0'])('refuse %j faces', (faces) => {
    expect(() => facesOptions({ ...defaults, faces })).toThrow(
      `--faces ${faces}: give all, largest, none, or a whole number`,
    )
  })

  it.each(['0.5', '31', 'often', ''])('refuse the rate %j', (rate) => {
    expect(() => facesOptions({ ...defaults, rate })).toThrow('--rate')
  })
})

describe('options that would change nothing', () => {
  const refused = (...rawArgs: string[]) => {
    const wordAfter = (option: string) => (rawArgs.includes(option) ? rawArgs[rawArgs.indexOf(option) + 1] : undefined)
    const given = { ...defaults, view: wordAfter('--view') ?? 'auto', faces: wordAfter('--faces') }
    return () => requireSense(definitions, rawArgs, { ...given, 'measure-only': rawArgs.includes('--measure-only') })
  }

  it('are refused in any spelling, by the name of the one that is idle', () => {
    expect(refused('a.mp4', '--measure-only', '--bundle', 'x')).toThrow('--bundle: --measure-only loads no model')
    expect(refused('a.mp4', '--measure-only', '--maxTokens=5')).toThrow('--max-tokens: --measure-only')
    expect(refused('a.mp4', '--faces', 'none', '--curves', 'x.csv')).toThrow('--curves: --faces none measures nobody')
    expect(refused('a.mp4', '--faces', 'none', '--small-faces')).toThrow('--small-faces: --faces none measures nobody')
    expect(refused('a.mp4', '--faces', 'none', '--view', 'twin')).toThrow('--view twin: --faces none follows nobody')
    expect(refused('a.mp4', '--faces', '2', '--view', 'picture')).toThrow('--faces 2: --view picture reads')
  })

  it('leave what has a meaning alone, defaults among it', () => {
    expect(
      refused('a.mp4', '--measure-only', '--faces', '2', '--rate', '5', '--small-faces', '--curves', 'x.csv'),
    ).not.toThrow()
    expect(refused('a.mp4', '--bundle', 'x', '--faces', 'all')).not.toThrow()
    expect(refused('a.mp4', '--view', 'picture', '--bundle', 'x', '--curves', 'x.csv')).not.toThrow()
    expect(refused('a.mp4', '--view', 'picture', '--faces', 'none')).not.toThrow()
  })
})
