import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { textPositions, tokensPerTemporalPatch } from '../qwen25vl/index.ts'
import type { Runtime } from './backends/runtime.ts'
import { topLogits } from './checks/check-verdict.ts'
import { checkInput, runCheck } from './checks/self-check.ts'
import { Decoder } from './decoder.ts'
import { greedyMargin } from './logits-processors.ts'
import {
  bundle,
  closeFixture,
  decoder,
  encoder,
  features,
  grid,
  openFixture,
  picture,
  runtime,
} from './testing/engine-fixture.ts'

beforeAll(openFixture)
afterAll(closeFixture)

describe('VisionEncoder', () => {
  it('gives a pair the same features alone and among others', async () => {
    const half = picture(0).length / 2
    const one = await encoder.encode(picture(0).slice(half), { ...grid, t: 1 })
    const per = tokensPerTemporalPatch(grid, bundle.config.vision) * bundle.config.text.hiddenSize
    const together = (features.data as Float32Array).subarray(per)
    const alone = one.data as Float32Array
    expect(alone).toHaveLength(per)
    for (let i = 0; i < per; i++) expect(Math.abs(alone[i] - together[i])).toBeLessThan(1e-5)
  })
})

describe('Decoder', () => {
  it('gives the same after a rollback as if nothing had been said', async () => {
    const d = await decoder({ repetitionPenalty: 1.3 })
    const ids = bundle.tokenizer.encode('Look at the brows and the mouth.')
    const first = await d.run({ ...text(ids), withLogits: true })
    await d.run(text([...ids, ...ids], ids.length))
    d.rollback(0)
    const again = await d.run({ ...text(ids), withLogits: true })
    expect(again.token).toBe(first.token)
    expect(again.logits).toEqual(first.logits)
    await d.dispose()
  })

  it('appends what it would have prefilled', async () => {
    const d = await decoder()
    const ids = bundle.tokenizer.encode('Look at the brows and the mouth, and say how they move.')
    const whole = await d.run({ ...text(ids), withLogits: true })
    d.rollback(0)
    await d.run(text(ids.slice(0, 9)))
    const appended = await d.run({ ...text(ids.slice(9), 9), withLogits: true })
    const [a, b] = [whole.logits ?? [], appended.logits ?? []]
    for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(1e-3)
    await d.dispose()
  })

  it.each([1, 1.3])('computes the same with rows of padding, penalty %f', async (repetitionPenalty) => {
    const through = async (rows: number) => {
      const padded: Runtime = { ...runtime, minRows: rows }
      const decoder = await Decoder.create(padded, bundle, { capacity: 14, repetitionPenalty })
      const said: number[] = []
      const logits: Float32Array[] = []
      let cursor = { nextPosition: 0 }
      const next = (count: number) => {
        const { positions, cursor: after } = textPositions(cursor, count)
        cursor = after
        return positions
      }
      for (const ids of [[5], [7, 8], [9, 10, 11]]) {
        const pass = await decoder.run({ ids, positions: next(ids.length), withLogits: true })
        said.push(pass.token)
        logits.push(pass.logits ?? new Float32Array())
      }
      const picks = [0, 1].map((row) => ({ row, id: 20 + row }))
      const { positions } = textPositions(cursor, 2)
      const { scores } = await decoder.enqueueScores({ ids: [3, 4], positions }, { picks, as: 'logits' })
      logits.push(await scores)
      decoder.rollback(6)
      const chosen = await decoder.run({ ids: [12], positions: next(1) })
      const { token } = await decoder.run({ ids: [chosen.token], positions: textPositions(cursor, 1).positions })
      decoder.rollback(7)
      // The first draft is right, the second one is not.
      said.push(...(await decoder.verify({ ids: [chosen.token], positions: next(3) }, [token, token + 1])))
      cursor = { nextPosition: cursor.nextPosition - 1 }
      while (decoder.length < decoder.capacity) {
        const pass = await decoder.runStep(next(1))
        said.push(pass.token)
        logits.push(pass.logits ?? new Float32Array())
      }
      await decoder.dispose()
      return { said, logits }
    }
    const plain = await through(1)
    const padded = await through(4)
    expect(padded.said).toEqual(plain.said)
    for (const [index, row] of plain.logits.entries()) {
      expect(padded.logits[index].length).toBe(row.length)
      expect(Math.max(...row.map((value, at) => Math.abs(value - padded.logits[index][at])))).toBeLessThan(1e-4)
    }
  })

  it.each([1, 1.3])('computes the same in several passes as in one, penalty %f', async (repetitionPenalty) => {
    const { videoPad } = bundle.config.tokens
    const count = features.dims[0]
    const ids = [1, 2, ...Array<number>(count).fill(videoPad), 3, 4, 5, 3]
    const whole = await decoder({ repetitionPenalty })
    const expected = await whole.run({ ...text(ids), features, withLogits: true })
    const margin = greedyMargin(whole.processLogits(expected.logits ?? new Float32Array()))
    await whole.dispose()
    for (const prefillChunk of [2, 5, count, ids.length - 1]) {
      const cut = await decoder({ repetitionPenalty, prefillChunk })
      const { token, logits = new Float32Array() } = await cut.run({ ...text(ids), features, withLogits: true })
      const most = Math.max(...logits.map((value, id) => Math.abs(value - (expected.logits?.[id] ?? Number.NaN))))
      expect(most).toBeLessThan(1e-4)
      expect(token).toBe(expected.token)
      expect(greedyMargin(cut.processLogits(logits))).toBeCloseTo(margin, 3)
      expect(cut.length).toBe(ids.length)
      await cut.dispose()
    }
  })

  it('never chooses a banned id', async () => {
    const free = await decoder()
    const ids = bundle.tokenizer.encode('Look.')
    const { token } = await free.run(text(ids))
    await free.dispose()
    const d = await decoder({ bannedIds: [token] })
    expect((await d.run(text(ids))).token).not.toBe(token)
    await d.dispose()
  })

  it('refuses what does not fit, and goes on with what does', async () => {
    const d = await decoder({ capacity: 8 })
    const ids = bundle.tokenizer.encode('Look at the brows and the mouth.')
    expect(ids.length).toBeGreaterThan(8)
    await expect(d.run(text(ids))).rejects.toMatchObject({ code: 'context-full', recoverable: true })
    expect(d.length).toBe(0)
    await d.run(text(ids.slice(0, 8)))
    expect(d.length).toBe(8)
    await d.dispose()
  })

  it('refuses features that no video token asks for', async () => {
    const d = await decoder()
    await expect(d.run({ ...text([1, 2, 3]), features: features })).rejects.toMatchObject({ code: 'video-tokens' })
    await d.dispose()
  })
})

function text(ids: readonly number[], from = 0) {
  return { ids, positions: textPositions({ nextPosition: from }, ids.length).positions }
}

describe('the self-check', () => {
  it('prefills at least 64 tokens with video rows, appends, decodes, and repeats itself', async () => {
    const input = checkInput(bundle)
    expect(input.steps.map(({ name }) => name)).toEqual(['prefill', 'append', 'decode'])
    expect(input.steps[0].ids.length).toBeGreaterThanOrEqual(64)
    expect(input.steps[0].ids).toContain(bundle.config.tokens.videoPad)
    const [a, b] = [await runCheck(runtime, bundle, input), await runCheck(runtime, bundle, input)]
    expect(a.map((logits) => topLogits(logits))).toEqual(b.map((logits) => topLogits(logits)))
    for (const logits of a) expect(logits.every(Number.isFinite)).toBe(true)
  })
})
