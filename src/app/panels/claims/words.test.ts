import { expect, it } from 'vitest'
import { type Claim, doubts, type Verdict } from '../../../affect/claims.ts'
import { measurables } from '../../../affect/measurables.ts'
import { claimDetail, claimName, claimText, countText } from './words.ts'

function claim(verdict: Verdict, what: Claim['what'] = 'AU12'): Claim {
  return { of: { person: 0, index: 0 }, what, ...verdict }
}

const seen = claim({ verdict: 'seen', strength: 0.81, startS: 0.8, endS: 2 })

it('says a verdict in words, with strength, time or reason', () => {
  expect(claimText(seen)).toBe('lip corner puller AU12 seen, 81 %, 0.8–2.0 s')
  expect(claimText(claim({ verdict: 'not-seen', strength: 0.04 }, 'nod'))).toBe('nod not seen')
  const later = claim({ verdict: 'not-seen', strength: 0.04, elsewhere: { strength: 0.9, startS: 2.1, endS: 3.8 } })
  expect(claimText(later)).toBe('lip corner puller AU12 not seen, elsewhere: 2.1–3.8 s')
  expect(claimText({ of: { person: 0, index: 0 }, verdict: 'cannot-tell', reason: 'not-measurable' })).toBe(
    'cannot tell, not measured',
  )
  expect(claimText(claim({ verdict: 'seen', strength: 0.7, startS: 1, endS: 1 }, 'AU6'))).toBe(
    'cheek raiser AU6 seen, 70 %, 1.0 s, derived',
  )
})

it('has words for everything that can be claimed, and for every doubt', () => {
  for (const what of measurables) expect(claimName(what)).toMatch(/^[a-z ]+(?: AU\d+)?$/)
  for (const reason of doubts) expect(claimDetail(claim({ verdict: 'cannot-tell', reason }))).toMatch(/^[a-z ]+$/)
})

it('counts, and leaves out what there is none of', () => {
  const unsure = claim({ verdict: 'cannot-tell', reason: 'dark' })
  expect(countText([seen, unsure, seen])).toBe('2 seen, 1 cannot tell')
  expect(countText([claim({ verdict: 'not-seen', strength: 0 })])).toBe('1 not seen')
})
