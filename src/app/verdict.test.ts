import { expect, it } from 'vitest'
import { dfewEmotions } from '../affect/labels.ts'
import type { ProbePoint } from '../affect/probes/smoothing.ts'
import { verdictsOf } from './verdict.ts'

const point = (timeS: number, shares: Readonly<Record<string, number>>): ProbePoint => ({
  timeS,
  probabilities: dfewEmotions.map((label) => shares[label] ?? 0),
})
const said = (...labels: string[]) => ({
  emotions: labels.map((label, index) => ({ person: `Person ${index + 1}`, label })),
  atS: 7.5,
})
const sure = point(8, { happy: 0.9, neutral: 0.06, sad: 0.04 })
const torn = point(8, { happy: 0.5, neutral: 0.4, sad: 0.1 })

it.each([
  [
    'probabilities before words',
    [sure],
    said('happy'),
    [{ label: 'happy', share: 0.9, source: 'probabilities', atS: 8 }],
  ],
  ['words that say another emotion, beside them', [sure], said('sad'), [{ label: 'happy', textSays: ['sad'] }]],
  [
    'words that call it by another name, as the same',
    [point(8, { surprise: 1 })],
    said('surprised'),
    [{ label: 'surprise' }],
  ],
  [
    'several people in the words, all of them',
    [sure],
    said('happy', 'sad'),
    [{ label: 'happy', textSays: ['happy', 'sad'] }],
  ],
  ['a runner-up from 10 % on', [torn], undefined, [{ label: 'happy', runnerUp: { label: 'neutral', share: 0.4 } }]],
  ['words alone, where nothing was asked', [], said('fear'), [{ label: 'fear', source: 'text', atS: 7.5 }]],
  [
    'each person of the words',
    [],
    said('happy', 'sad'),
    [
      { label: 'happy', person: 'Person 1' },
      { label: 'sad', person: 'Person 2' },
    ],
  ],
  ['nothing, where the words name none', [], said(), []],
  ['nothing, before anything is known', [], undefined, []],
] as const)('gives %s', (_, probed, words, expected) => {
  const verdicts = verdictsOf('face-1', { probed, ...(words ? { said: words } : {}) }, false)
  expect(verdicts).toHaveLength(expected.length)
  for (const [index, verdict] of verdicts.entries()) {
    expect(verdict).toMatchObject({ track: 'face-1', ...expected[index] })
    for (const key of ['runnerUp', 'textSays', 'share', 'person'] as const) {
      if (key === 'share' ? verdict.source === 'text' : !(key in expected[index]))
        expect(verdict).not.toHaveProperty(key)
    }
  }
})

it('smooths as the ribbons do, where a person wants that', () => {
  const probed = [point(0, { happy: 1 }), point(0.5, { sad: 1 })]
  expect(verdictsOf('face-1', { probed }, true)[0]).toMatchObject({ label: 'happy', runnerUp: { label: 'sad' } })
  expect(verdictsOf('face-1', { probed }, false)[0]).toMatchObject({ label: 'sad', share: 1 })
})
