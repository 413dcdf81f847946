import { describe, expect, it } from 'vitest'
import { dtypes } from '../../src/manifest/manifest.ts'
import { caseTitle, ownSet, referenceSets } from './cases.ts'
import { type LiveMatch, liveParity } from './live.ts'
import { draftKinds } from './live-replay.ts'
import { parity } from './parity.ts'

const all = referenceSets().flatMap(({ checkpoint, cases }) => cases.map((path) => ({ checkpoint, path })))

describe('parity on the CPU provider', () => {
  it.each(all.map((each) => [caseTitle(each.path), each] as const))('%s in fp32', async (_, { checkpoint, path }) => {
    const report = await parity({ checkpoint, case: path, dtype: 'fp32', ep: 'cpu' })
    // The whole report stands in the message when a number is off.
    expect(report.ok, JSON.stringify(report)).toBe(true)
    expect(report).toMatchObject({ inputIds: 'equal', positionIds: 'equal' })
    expect(report.pixelValues.equalShare).toBeGreaterThanOrEqual(0.999)
  })

  it.each(all.map((each) => [caseTitle(each.path), each] as const))('%s in q4', async (_, { checkpoint, path }) => {
    const report = await parity({ checkpoint, case: path, dtype: 'q4', ep: 'cpu' })
    expect(report.ok, JSON.stringify(report)).toBe(true)
  })

  const [smallest] = ownSet().cases.filter((path) => path.endsWith('square4'))
  it.each(dtypes)('our own smallest case in %s, with 8-bit embedding and 16-bit vision', async (dtype) => {
    const options = { checkpoint: ownSet().checkpoint, case: smallest, dtype, ep: 'cpu' } as const
    const report = await parity({ ...options, build: { embedBits: 8, visionBits: 16 } })
    expect(report.ok, JSON.stringify(report)).toBe(true)
  })

  it('our own smallest case in q4 with zero points', async () => {
    const options = { checkpoint: ownSet().checkpoint, case: smallest, dtype: 'q4', ep: 'cpu' } as const
    const report = await parity({ ...options, build: { zeroPoints: true } })
    expect(report.ok, JSON.stringify(report)).toBe(true)
  })
})

describe('the live window on the CPU provider', () => {
  // Several tokens in one pass are summed as in passes of one, up to this.
  const nearTie = 1e-5

  it.each(all.map((each) => [caseTitle(each.path), each] as const))(
    '%s, without drafts and with every kind of them',
    async (title, { checkpoint, path }) => {
      const options = { checkpoint, case: path, dtype: 'fp32', ep: 'cpu', drafts: draftKinds, nearTie } as const
      const { matches, ok } = await liveParity(options)
      expect(ok, JSON.stringify(matches)).toBe(true)
      expect(matches.some(({ against }) => against === 'golden')).toBe(true)
      for (const name of ['recalled', 'hop', 'hop, then a pair', 'interleaved B 1', 'turn 3, penalty 1.3']) {
        expect(matches.map((match) => match.name)).toContain(name)
      }
      const recomputed = matches.filter(({ against }) => against === 'recomputation')
      // Bans and a penalty, and a draft that says the same, says nothing, and leaves the answer midway.
      const sums = (part: string) => sumFigures(recomputed.filter(({ name }) => name.endsWith(part)))
      const [same, random, diverging] = [sums('1.3, same drafts'), sums('random drafts'), sums('diverging drafts')]
      console.log(`${title}: ${JSON.stringify({ answers: recomputed.length, same, random, diverging })}`)
      expect(same.accepted).toBe(same.drafted)
      expect(same.passes).toBeLessThan(same.tokens / 2)
      expect(random.accepted).toBeLessThan(random.drafted / 4)
      expect(diverging.accepted).toBeGreaterThan(random.accepted)
      expect(diverging.accepted).toBeLessThan(diverging.drafted)
    },
    // Four times the live window, twice.
    300_000,
  )
})

function sumFigures(matches: readonly LiveMatch[]) {
  const sum = (pick: (match: LiveMatch) => number) => matches.reduce((total, each) => total + pick(each), 0)
  return {
    tokens: sum(({ of }) => of),
    passes: sum(({ figures }) => figures.passes),
    drafted: sum(({ figures }) => figures.drafted),
    accepted: sum(({ figures }) => figures.accepted),
    nearTies: sum(({ nearTieAt }) => (nearTieAt === null ? 0 : 1)),
  }
}
