import { expect, reads, processorTest as test } from './page.ts'

test('the sample clip reads as happy with AU12, then as angry within two updates, and in the end as surprised', async ({
  page,
  reader,
}) => {
  await reader.settings({ probes: { isOn: false } })
  await page.goto('?test&tokens=256&unchecked')
  await reader.openSample()
  await reader.waitForReading()
  const said = await reader.transcripts()
  const ends = await Promise.all(
    said.map(async ({ update }) => Math.max(...(await reader.framesOf(update)).map(({ timeS }) => timeS))),
  )
  const firstPast = (timeS: number) => ends.findIndex((end) => end >= timeS)
  const texts = JSON.stringify(said.map((each, index) => [ends[index], each.texts]))
  expect(reads('happy', 'AU12')(said[firstPast(2)]), texts).toBe(true)
  // The scowl begins at 4.2 s and needs a moment to grow.
  expect(said.slice(firstPast(5), firstPast(5) + 2).some(reads('angry', 'AU4')), texts).toBe(true)
  expect(said[said.length - 1].texts.emotion, texts).toContain('surprised')
})
