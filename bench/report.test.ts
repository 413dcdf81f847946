import { describe, expect, it } from 'vitest'
import { draftedFigures } from './drafted.ts'
import { figuresOf } from './long-tasks.ts'
import { figure, plotsPage } from './plots.ts'
import { type BenchReport, ratiosOf } from './report.ts'
import { planOf } from './sizes.ts'
import { markdownTable, markdownText, terminalText, withSection } from './text.ts'

const report: BenchReport = {
  kind: 'bench',
  command: 'npm run bench -- --gpu-updates 500',
  size: 'middle',
  adapter: 'an <adapter>',
  machine: 'a processor, 2 cores',
  versions: { chromium: '1', transformersJs: '2', onnxruntimeWeb: '3', node: '4' },
  plan: planOf('middle', 'q4', 48),
  parameters: 58_649_024,
  ratios: {},
  gpu: { counts: [5, 500], bytes: [1000, 1500], buffers: [10, 11] },
}

describe('the report', () => {
  it('holds the last bytes against those after 5 updates', () => {
    expect(ratiosOf(report)).toEqual({ gpuBytes500Over5: 1.5 })
    expect(ratiosOf({})).toEqual({})
  })

  it('says the same on the terminal, in the docs and on the page with plots', () => {
    for (const text of [terminalText(report), markdownText(report), plotsPage(report)]) {
      expect(text).toMatch(/58\.6 M parameters, q4/)
      expect(text).toMatch(/500\D+1500\D+11/)
      expect(text).not.toMatch(/NaN|undefined/)
    }
    expect(plotsPage(report)).toContain('an &lt;adapter>')
  })

  it('draws a dot for each value, the largest at the right end', () => {
    const svg = figure({ title: 'periods', series: [{ name: 'ours', colour: '#000', values: [1, 4, 2] }] })
    expect(svg.match(/<circle/g)).toHaveLength(3)
    expect(svg).toMatch(/cx="620\.0"/)
    expect(svg).not.toMatch(/NaN/)
  })
})

describe('withSection', () => {
  it('replaces its own section and leaves the rest', () => {
    const page = withSection(withSection('# Title\n', 'a', 'one'), 'b', 'two')
    expect(withSection(page, 'a', 'three')).toBe(page.replace('one', 'three'))
    expect(page.startsWith('# Title\n')).toBe(true)
    expect(withSection(page, 'b', 'two')).toBe(page)
  })

  it('makes tables of as many columns as the head has', () => {
    expect(markdownTable({ head: ['a', 'b'], rows: [{ title: 'x', cells: ['1'] }] })).toBe(
      '| a | b |\n| --- | --- |\n| x | 1 |',
    )
  })
})

describe('draftedFigures', () => {
  const clip = (answers: number[][], passes: number, decodeMs: number) => ({
    answers,
    passes,
    decodeMs,
    verifiedPasses: 2,
    verifiedTokens: 7,
  })

  it('counts tokens by pass and clip, and those that are the same without drafts', () => {
    const drafted = [clip([[1, 2, 3, 4]], 2, 100), clip([[1, 2, 9, 9]], 4, 100)]
    const plain = [clip([[1, 2, 3, 4]], 4, 300), clip([[1, 2, 3, 4]], 4, 100)]
    expect(draftedFigures(drafted, plain)).toMatchObject({
      clips: 2,
      updates: 2,
      tokens: 8,
      equalTokens: 6,
      tokensPerVerifiedPass: { median: 3.5 },
      tokensPerPass: { min: 1, max: 2 },
      decodeSpeedup: { min: 1, max: 3 },
    })
  })
})

describe('figuresOf', () => {
  it('takes the tasks that began in the time asked for', () => {
    const tasks = [
      { startMs: 10, ms: 60 },
      { startMs: 100, ms: 80 },
      { startMs: 250, ms: 55 },
    ]
    expect(figuresOf(tasks, 50, 300)).toEqual({ seconds: 0.25, count: 2, longestMs: 80, totalMs: 135 })
    expect(figuresOf(tasks, 300, 400)).toMatchObject({ count: 0, longestMs: 0 })
  })
})
