import { describe, expect, it } from 'vitest'
import { canRewriteLines, forStream, takesColors } from './terminal.ts'

const terminal = { isTTY: true }
const pipe = {}

describe('colours', () => {
  it.each([
    ['a terminal', terminal, {}, true],
    ['a pipe', pipe, {}, false],
    ['a terminal that knows none', terminal, { TERM: 'dumb' }, false],
    ['NO_COLOR', terminal, { NO_COLOR: 'yes' }, false],
    ['an empty NO_COLOR, which says nothing', terminal, { NO_COLOR: '' }, true],
    ['FORCE_COLOR', pipe, { FORCE_COLOR: '1' }, true],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['both, where Node takes FORCE_COLOR', pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
  ])('%s', (_, stream, env, expected) => {
    expect(takesColors(stream, env)).toBe(expected)
    expect(forStream('\u001b[1mbold\u001b[22m', stream, env) === 'bold').toBe(!expected)
  })
})

describe('lines that are rewritten', () => {
  it('are for terminals only, and not for those that cannot', () => {
    expect(canRewriteLines(terminal, {})).toBe(true)
    expect(canRewriteLines(terminal, { TERM: 'dumb' })).toBe(false)
    expect(canRewriteLines(pipe, { FORCE_COLOR: '1' })).toBe(false)
  })
})
