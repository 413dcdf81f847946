import { fileURLToPath } from 'node:url'
import { words } from '../src/app/panels/reading/words.ts'
import { words as stage } from '../src/app/panels/stage/words.ts'
import { words as timeline } from '../src/app/panels/timeline/words.ts'
import { agree, CpuReader, toFrames } from './cpu-reading.ts'
import { expect, quick, smallFrames, test } from './page.ts'

const clip = (name: string) => fileURLToPath(new URL(`../fixtures/data/clips/${name}`, import.meta.url))
const tokens = 24

test('every streamed token is the one the CPU gives for the same frames', async ({ page, reader }) => {
  await reader.open(`test&tokens=${tokens}`, 'checked')
  await expect(page.getByText(/· checked$/)).toBeVisible()
  await expect(page.getByText(/software, slow/), 'the notice of a fallback adapter').toBeVisible()
  const cpu = await CpuReader.open()
  try {
    for (const name of ['tiny.webm', 'tiny.mp4']) {
      await reader.choose(clip(name))
      await reader.waitForReading()
      const [said, ...others] = await reader.transcripts()
      expect(others, 'a short clip is one window').toEqual([])
      const handed = await reader.framesOf(0)
      // 2.2 s at two frames a second are four frames, the first and the last among them.
      expect(handed.map(({ timeS }) => timeS)).toEqual([0, 0.7, 1.4, 2.1].map((time) => expect.closeTo(time, 2)))
      const frames = toFrames(handed)
      expect(frames[0]).toMatchObject({ width: 160, height: 120 })
      expect(new Set(frames[0].rgba).size, 'colours in the first frame').toBeGreaterThan(10)
      expect(frames[0].rgba).not.toEqual(frames[2].rgba)

      const matches = await cpu.compare(frames, said, tokens)
      for (const { stage, matched, of } of matches)
        console.log(`    ${name}: ${stage}: ${matched} of ${of} tokens equal`)
      expect(agree(matches), JSON.stringify(matches)).toBe(true)
      expect(matches[0].of).toBeGreaterThan(0)
      // The comparison can fail: with other frames the answers are others.
      const black = frames.map((frame) => ({ ...frame, rgba: frame.rgba.map((value, i) => (i % 4 === 3 ? value : 0)) }))
      expect(agree(await cpu.compare(black, said, tokens))).toBe(false)
    }
  } finally {
    await cpu.close()
  }
})

test('a long clip is read window by window to its end, each exact, and listed in the recording', async ({
  page,
  reader,
}) => {
  // Windows of eight frames, moving on by six, over twelve seconds: three, the last of which moves on by less.
  await reader.settings({ reading: { framesPerSecond: 1.5, windowFrames: 8, hopFrames: 6, frameBudget: smallFrames } })
  await reader.open('test&tokens=6')
  await reader.openSample()
  await reader.waitForReading()
  const said = await reader.transcripts()
  expect(said.length).toBeGreaterThan(2)
  const cpu = await CpuReader.open(smallFrames)
  try {
    for (const each of said) {
      const handed = await reader.framesOf(each.update)
      expect(handed).toHaveLength(8)
      const matches = await cpu.compare(toFrames(handed), each, 6)
      const span = `${handed[0].timeS.toFixed(1)} to ${handed[7].timeS.toFixed(1)} s`
      console.log(
        `    window ${each.update + 1}, ${span}: ${matches.map(({ matched, of }) => `${matched}/${of}`).join(', ')}`,
      )
      expect(agree(matches), JSON.stringify(matches)).toBe(true)
    }
  } finally {
    await cpu.close()
  }
  await expect(page.getByRole('progressbar', { name: stage.progress })).toHaveJSProperty('position', 1)
  await expect(page.getByText(stage.windowsRead('3', '3', false))).toBeVisible()

  const strip = page.getByRole('region', { name: words.strip })
  await expect(strip.getByRole('img')).toHaveCount(8)
  // The frames are drawn, and differ.
  const colours = await strip.getByRole('img').evaluateAll((canvases) =>
    canvases.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement
      const data = (canvas as HTMLCanvasElement).getContext('2d')?.getImageData(0, 0, width, height).data
      return data?.reduce((sum, value) => sum + value, 0)
    }),
  )
  expect(new Set(colours).size).toBeGreaterThan(5)
  // Speeds stand under Performance, and not beside what is read.
  const why = page.getByRole('region', { name: words.why('picture') })
  await expect(why.getByRole('article')).toHaveCount(3)
  await expect(why).not.toContainText(/tok\/s|first token/)
  // Random weights name no emotion.
  await expect(page.getByText(words.absenceText({ kind: 'placeholder' }))).toBeVisible()

  const download = page.waitForEvent('download')
  await reader.act('Download the readings (JSON)')
  const file = await (await download).path()
  const { parseRecording } = await import('../src/reading/recording.ts')
  const { readFile } = await import('node:fs/promises')
  const recording = parseRecording(await readFile(file, 'utf8'))
  expect(recording.readings).toHaveLength(said.length)
  expect(recording.readings[0].frames).toHaveLength(8)
  expect(recording.readings[0].frames[0].thumbnail).toMatch(/^data:image\/webp;base64,/)
  // What it was read with, and not what the settings say.
  const [first] = recording.readings
  expect(first.settings).toMatchObject({ preset: 'reasoning', maxTokens: 6, windowFrames: 8, hopFrames: 6 })
  expect(first.source).toMatchObject({ kind: 'file', name: 'Sample clip' })

  // Seeking reviews what was read, and starts nothing.
  const slider = page.getByRole('slider', { name: timeline.slider })
  const seek = async (timeS: number) => {
    const box = await slider.boundingBox()
    if (!box) throw new Error('no timeline')
    await page.mouse.click(box.x + (box.width * timeS) / 12, box.y + box.height / 3)
  }
  const titles = strip.getByText(words.strip)
  await seek(1)
  await expect(titles).toContainText(/ 0\.3–/)
  await seek(6.5)
  await expect(titles).not.toContainText(/· 8 frames, 0\.3–/)
  expect(await reader.transcripts()).toEqual(said)
  // Reading from there is another press.
  await page.getByRole('button', { name: new RegExp(`^${timeline.readFrom}`) }).click()
  await expect
    .poll(async () => (await reader.transcripts()).length > 0 && (await reader.framesOf(0)).at(0)?.timeS, {
      timeout: 60_000,
    })
    .toBeGreaterThanOrEqual(6.3)
  await reader.stop()
})

test('stop, pause and another video each hold from one token to the next', async ({ page, reader }) => {
  await reader.settings(quick)
  await reader.open('test&tokens=40')
  await test.step('a new video ends the reading of the one before, and nothing of it shows later', async () => {
    await reader.choose(clip('tiny.webm'))
    await expect.poll(() => reader.tokenCount('attributes'), { timeout: 120_000 }).toBeGreaterThan(0)
    await reader.choose(clip('tiny.mp4'))
    await reader.waitForOpened()
    const strip = page.getByRole('region', { name: words.strip })
    await expect(strip.getByRole('img')).toHaveCount(4)
    await expect.poll(() => reader.tokenCount('attributes'), { timeout: 120_000 }).toBeGreaterThan(0)
    expect(await reader.transcripts()).toHaveLength(1)
    expect(await reader.tokenCount('expression')).toBe(0)
  })
  await test.step('pause holds the answer, and going on finishes it', async () => {
    await page.getByRole('button', { name: 'Pause', exact: true }).click()
    await expect(page.getByRole('button', { name: 'Resume' })).toBeVisible()
    await page.waitForTimeout(1000)
    const held = await reader.tokenCount('attributes', 'expression', 'emotion')
    await page.waitForTimeout(1500)
    expect(await reader.tokenCount('attributes', 'expression', 'emotion')).toBe(held)
    await page.getByRole('button', { name: 'Resume' }).click()
    await reader.waitForReading()
    expect(await reader.tokenCount('attributes', 'expression', 'emotion')).toBeGreaterThan(held)
  })
  await test.step('stop ends the answer within a step', async () => {
    await reader.readAgainUntil('attributes', 4)
    await expect(page.getByRole('status')).toHaveText('Stopped.')
    await expect(reader.answer('Attributes')).toContainText('stopped')
    const after = await reader.tokenCount('attributes')
    expect(after).toBeGreaterThanOrEqual(4)
    expect(after).toBeLessThan(40)
    expect(await reader.tokenCount('expression')).toBe(0)
    // Nothing follows.
    await page.waitForTimeout(1500)
    expect(await reader.tokenCount('attributes')).toBe(after)
  })
  await test.step('so it does by the keyboard, while the first frames are looked at', async () => {
    await page.getByRole('button', { name: /Read again|Start reading/ }).press('Enter')
    await reader.stop()
    await expect(page.getByRole('status')).toHaveText('Stopped.')
    await expect(page.getByRole('button', { name: /Read again|Start reading/ })).toBeEnabled()
  })
})
