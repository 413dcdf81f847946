import { stageIds } from '../src/affect/stages.ts'
import type { DeviceFigures } from '../src/readers/worker/protocol.ts'
import { consentEarlier, expect, quick, test } from './camera-page.ts'
import type { ReaderPage } from './page.ts'
import { engineWorker } from './worker-prelude.ts'

const tokens = 2
/** VIDEMO_UPDATES=500 reads for longer. */
const updates = Number(process.env.VIDEMO_UPDATES ?? 50)
/** Updates between two looks at what is held, for which the reading has to rest. */
const lookEvery = 3
/** Three hops: the runtime's own pool grows until each shape has come up. */
const warmUp = 6
/** Windows of two to four pairs, moving on by two: an update that asks everything, one that reuses, and so on. */
const reading = { ...quick.reading, framesPerSecond: 5, windowFrames: 8, hopFrames: 4 }
const bytesPerToken = 8

test.setTimeout(180_000 + updates * 10_000)

test(`over ${updates} updates the GPU holds no more, and ${bytesPerToken} bytes a token are read back`, async ({
  page,
  reader,
}) => {
  await consentEarlier(page)
  // What probes read back depends on how many there is time for; their own test counts it.
  await reader.settings({ ...quick, reading })
  await reader.open(`test&tokens=${tokens}`)
  const before = await figuresAtRest(reader)
  await reader.sourceButton('camera').click()
  const held: DeviceFigures[] = []
  for (let count = 1; count <= updates; count++) {
    await expect.poll(() => reader.finished(), { timeout: 120_000, intervals: [50] }).toBeGreaterThanOrEqual(count)
    if (count <= warmUp || count % lookEvery > 0) continue
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    const goOn = page.getByRole('button', { name: 'Resume' })
    await expect(goOn).toBeVisible()
    held.push(await figuresAtRest(reader))
    await goOn.click()
  }
  await reader.stop()
  await expect(page.getByRole('status')).toHaveText('Stopped.')
  const after = await figuresAtRest(reader)

  // A pause may fall into a step, whose inputs then count, too; the least that is held does not depend on that. It may
  // still differ by a pair's features and a token's way back. A buffer left behind by each update would be seven.
  const least = (part: readonly DeviceFigures[], of: 'buffers' | 'bytes') => Math.min(...part.map((each) => each[of]))
  const half = Math.floor(held.length / 2)
  const [early, late] = [held.slice(0, half), held.slice(-half)]
  for (const of of ['buffers', 'bytes'] as const) {
    console.log(`    ${of}: at least ${least(early, of)} in the first half, ${least(late, of)} in the second`)
  }
  expect(least(late, 'buffers')).toBeLessThanOrEqual(least(early, 'buffers') + 2)
  expect(least(late, 'bytes')).toBeLessThanOrEqual(least(early, 'bytes') + 16_384)

  const said = await reader.transcripts()
  const done = said.flatMap(({ figures }) => figures ?? [])
  const pairs = done.map(({ visionPairs }) => visionPairs)
  expect(pairs[0], 'the least a window is asked about').toBe(2)
  expect(new Set(pairs.slice(1))).toEqual(new Set([1]))
  console.log(`    vision encodes an update: ${pairs[1]}`)

  // Every pass over the decoder chooses a token, which is read back, and nothing else is: one pass for each pair that joins
  // the window, one for each token of an answer. An answer that ends before its limit has chosen an end of text as
  // well and may have had one more step under way; the update that the stop broke off is made of such answers, and its
  // pair and drafts are in no figures. A draft that was not right is read as what would have been chosen after it.
  const answered = said.reduce((sum, { ids }) => sum + stageIds.reduce((n, id) => n + (ids[id]?.length ?? 0), 0), 0)
  const encoded = pairs.reduce((sum, each) => sum + each, 0)
  const endedEarly = said.reduce(
    (sum, { ids, reused }) =>
      sum + stageIds.filter((id) => !reused.includes(id) && (ids[id]?.length ?? 0) < tokens).length,
    0,
  )
  const refused = done.reduce((sum, { drafted, accepted }) => sum + drafted - accepted, 0)
  const brokenOff = 1 + (said.length > done.length ? stageIds.length * (tokens - 1) : 0)
  const [fewest, most] = [answered + encoded, answered + encoded + 2 * endedEarly + refused + brokenOff]
  const bytes = after.readBackBytes - before.readBackBytes
  console.log(
    `    read back: ${bytes} bytes, ${bytes / bytesPerToken} times ${bytesPerToken}; ${answered} tokens of answers and`,
    `${encoded} pairs are ${fewest}, and at most ${most - fewest} were chosen and not said`,
  )
  const [dispatches, submits] = [after.dispatches - before.dispatches, after.submits - before.submits]
  const each = (count: number) =>
    `${(dispatches / count).toFixed(1)} dispatches, ${(submits / count).toFixed(1)} submits`
  console.log(`    vision and prefill included, a token: ${each(answered)}; an update: ${each(done.length)}`)
  expect(bytes).toBeGreaterThanOrEqual(bytesPerToken * fewest)
  expect(bytes).toBeLessThanOrEqual(bytesPerToken * most)
})

/**
 * What the device holds and has done, once nothing changes any more: ONNX Runtime drops many buffers without destroying
 * them, so that they count until the worker's garbage is collected.
 */
async function figuresAtRest({ page }: ReaderPage): Promise<DeviceFigures> {
  const worker = engineWorker(page)
  const collected = async () => {
    await worker.evaluate(() => globalThis.gc?.({ type: 'major', execution: 'async' }))
    await page.waitForTimeout(100)
    return page.evaluate(() => globalThis.videmoTest?.deviceFigures())
  }
  let figures = await collected()
  await expect(async () => {
    const earlier = figures
    figures = await collected()
    expect(figures).toEqual(earlier)
  }).toPass({ timeout: 30_000, intervals: [0] })
  if (!figures) throw new Error('no device')
  return figures
}
