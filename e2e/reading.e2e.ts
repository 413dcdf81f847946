import { fileURLToPath } from 'node:url'
import { stageIds } from '../src/affect/stages.ts'
import { readOnCpu } from './cpu-reading.ts'
import { expect, test } from './page.ts'

const clip = (name: string) => fileURLToPath(new URL(`../fixtures/data/clips/${name}`, import.meta.url))
const tokens = 24
/** A step whose two best logits lie closer than this may go either way in other arithmetic. */
const nearTie = 2e-3

for (const name of ['tiny.webm', 'tiny.mp4']) {
  test(`${name}: every streamed token is the one the CPU gives for the same frames`, async ({ page, reader }) => {
    await reader.open(`test&tokens=${tokens}`)
    await reader.choose(clip(name))
    await reader.waitForReading()
    const handed = await page.evaluate(() => globalThis.videmoTest?.lastFrames() ?? [])
    const streamed = { attributes: [], expression: [], emotion: [] } as Record<(typeof stageIds)[number], number[]>
    Object.assign(streamed, await page.evaluate(() => globalThis.videmoTest?.streamedIds()))

    // 2.2 s at two frames a second are four frames, the first and the last among them.
    expect(handed.map(({ timeS }) => timeS)).toEqual([0, 0.7, 1.4, 2.1].map((time) => expect.closeTo(time, 2)))
    const frames = handed.map(({ width, height, rgba }) => ({
      width,
      height,
      rgba: new Uint8ClampedArray(Buffer.from(rgba, 'base64')),
    }))
    expect(frames[0]).toMatchObject({ width: 160, height: 120 })
    expect(new Set(frames[0].rgba).size, 'colours in the first frame').toBeGreaterThan(10)
    expect(frames[0].rgba).not.toEqual(frames[2].rgba)

    const cpu = await readOnCpu(frames, tokens)
    try {
      for (const stage of stageIds) {
        expect(streamed[stage].length, `${stage}: tokens`).toBeGreaterThan(0)
        let step = streamed[stage].findIndex((id, index) => id !== cpu.ids[stage][index])
        if (step < 0 && streamed[stage].length !== cpu.ids[stage].length) step = cpu.ids[stage].length
        const matched = step < 0 ? streamed[stage].length : step
        console.log(`    ${stage}: ${matched} of ${cpu.ids[stage].length} tokens equal`)
        if (step < 0) continue
        const shortfall = await cpu.shortfall(stage, streamed, step)
        expect(shortfall, `${stage}, token ${step}: further from the best than a near tie`).toBeLessThan(nearTie)
        // After a near tie the two say different things, and later stages answer different conversations.
        break
      }
      // The comparison can fail: with other frames the answers are others.
      const black = frames.map((frame) => ({ ...frame, rgba: frame.rgba.map((value, i) => (i % 4 === 3 ? value : 0)) }))
      const blind = await readOnCpu(black, tokens)
      await blind.close()
      expect(blind.ids).not.toEqual(cpu.ids)
    } finally {
      await cpu.close()
    }
  })
}

test('the sample clip gives three answers, with their speed and the frames behind them', async ({ page, reader }) => {
  await reader.open('test&tokens=6')
  await page.getByRole('button', { name: 'Try the sample clip' }).click()
  await reader.waitForReading()
  for (const title of ['Attributes', 'Expression', 'Emotion'] as const) {
    await expect(reader.answer(title)).toContainText(/first token [\d.,]+ m?s · [\d.]+ tok\/s/)
  }
  const strip = page.getByRole('region', { name: 'What the model sees' })
  await expect(strip.getByRole('img')).toHaveCount(16)
  await expect(strip).toContainText('16 of 16 frames')
  // The frames are drawn, and differ.
  const colours = await strip.getByRole('img').evaluateAll((canvases) =>
    canvases.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement
      const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data
      return data?.reduce((sum, value) => sum + value, 0)
    }),
  )
  expect(new Set(colours).size).toBeGreaterThan(8)
  await expect(page.getByLabel('Sample clip')).toHaveJSProperty('readyState', 4)
})

test('stop ends the answer, and another reading can follow', async ({ page, reader }) => {
  await reader.open('test&tokens=400')
  await reader.choose(clip('tiny.webm'))
  const answer = reader.answer('Attributes')
  await expect(answer).toContainText('first token', { timeout: 120_000 })
  const before = await page.evaluate(() => globalThis.videmoTest?.streamedIds().attributes?.length ?? 0)
  await page.getByRole('button', { name: 'Stop' }).click()
  await expect(page.getByRole('status')).toHaveText('Stopped.')
  await expect(answer).toContainText('stopped')
  const ids = await page.evaluate(() => globalThis.videmoTest?.streamedIds())
  expect(ids?.attributes?.length).toBeGreaterThanOrEqual(before)
  expect(ids?.attributes?.length).toBeLessThan(400)
  expect(ids?.expression).toBeUndefined()

  // And by the keyboard, while the first frames are looked at.
  await page.getByRole('button', { name: 'Read again' }).press('Enter')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('status')).toHaveText('Stopped.')
  await expect(page.getByRole('button', { name: 'Read again' })).toBeEnabled()
})

test('a new video ends the reading of the one before, and nothing of it shows later', async ({ page, reader }) => {
  await reader.open('test&tokens=300')
  await reader.choose(clip('tiny.webm'))
  await expect(reader.answer('Attributes')).toContainText('first token', { timeout: 120_000 })
  await reader.choose(clip('tiny.mp4'))
  await expect(page.getByRole('region', { name: 'What the model sees' })).toContainText('4 of 4 frames')
  await expect(reader.answer('Attributes')).toContainText('first token', { timeout: 120_000 })
  const streamed = await page.evaluate(() => globalThis.videmoTest?.streamedIds() ?? {})
  expect(Object.keys(streamed)).toEqual(['attributes'])
  await page.keyboard.press('Escape')
  await expect(page.getByRole('status')).toHaveText('Stopped.')
})
