import { expect, it } from 'vitest'
import type { Claim } from '../../../affect/claims.ts'
import { groupedClaims } from './grouped.ts'

const of = { person: 0, index: 0 }

it('names a thing once, by the verdict that says most', () => {
  const unsure: Claim = { of, what: 'AU12', verdict: 'cannot-tell', reason: 'dark' }
  const unseen: Claim = { of, what: 'AU12', phase: 'end', verdict: 'not-seen', strength: 0 }
  const seen: Claim = { of, what: 'AU12', phase: 'beginning', verdict: 'seen', strength: 0.8, startS: 0, endS: 1 }
  const nod: Claim = { of, what: 'nod', verdict: 'not-seen', strength: 0 }
  expect(groupedClaims([unsure, nod, unseen])).toEqual([unseen, nod])
  expect(groupedClaims([unsure, unseen, nod, seen])).toEqual([seen, nod])
})
