import { describe, expect, it } from 'vitest'
import { checkArguments, suggestion } from './check-arguments.ts'

const definitions = {
  file: { type: 'positional' },
  out: { type: 'string' },
  'max-tokens': { type: 'string' },
  from: { type: 'string' },
  check: { type: 'boolean', default: true },
  json: { type: 'boolean', default: false },
} as const

describe('checkArguments', () => {
  it.each([
    [['a.mp4', '--out', 'x', '--max-tokens=5', '--json']],
    [['--maxTokens', '5', '--no-check', 'a.mp4']],
    // Numbers below 0 are told from options; the command says whether it takes them.
    [['a.mp4', '--from', '-1']],
    [['--json=false']],
    [['--', '--a-file-with-dashes.mp4']],
  ])('takes %j', (args) => {
    expect(() => checkArguments(definitions, args)).not.toThrow()
  })

  it.each([
    [['--outt', 'x'], '--outt: there is no such option. Did you mean --out?'],
    [['--max-tokesn=5'], 'Did you mean --max-tokens?'],
    [['--no-chekc'], 'Did you mean --no-check?'],
    [['-x'], '-x: there is no such option.'],
    [['--something-else'], '--something-else: there is no such option.'],
    [['--no-out'], '--no-out: there is no such option.'],
    [['--no-json=true'], '--no-json=true: this option takes no value.'],
    [['--json=maybe'], '--json=maybe: this option takes no value.'],
    [['--out'], '--out: give a value.'],
    [['--out='], '--out: give a value.'],
    [['--out', '--json'], '--out: give a value; --json is an option.'],
    [['a.mp4', 'b.mp4', 'c.mp4'], 'Give one FILE, not also b.mp4 c.mp4.'],
  ])('refuses %j', (args, said) => {
    expect(() => checkArguments(definitions, args)).toThrow(said)
  })

  it('takes no words where a command has options only', () => {
    expect(() => checkArguments({ out: { type: 'string' } }, ['--out', 'x', 'y'])).toThrow('y: only options')
  })
})

describe('suggestion', () => {
  it('names what is near, and nothing else', () => {
    const names = ['build', 'parity', 'analyze']
    expect(suggestion('biuld', names)).toBe(' Did you mean build?')
    expect(suggestion('ANALYSE', names)).toBe(' Did you mean analyze?')
    expect(suggestion('frob', names)).toBe('')
    expect(suggestion('frob', [])).toBe('')
  })
})
