import { words as drawing } from '../src/app/panels/drawn/words.ts'
import type { Transcript } from '../src/app/transcript.ts'
import { expect, type ReaderPage, reads, test } from './page.ts'

/** What the embedded model, which has learnt drawn faces, reads of one. */
const query = 'test&tokens=256&unchecked'

/** Updates on a software adapter take their time. */
const patience = { timeout: 150_000 }

const now = ({ page }: ReaderPage) => page.getByRole('region', { name: 'Now' })
const drawn = ({ page }: ReaderPage) => page.getByText(/^Drawn: /)

/** Complete updates from the one numbered `from` on. */
async function finishedFrom(reader: ReaderPage, from: number): Promise<readonly Transcript[]> {
  return (await reader.transcripts()).filter(({ update, figures }) => update >= from && figures)
}

test('a happy face reads as happy with AU12, and an angry one that follows it is read within two updates', async ({
  page,
  reader,
}) => {
  await reader.settings({ probes: { isOn: false } })
  await page.goto(`?${query}`)
  await reader.sourceButton('drawn').click()
  await page.getByRole('radio', { name: 'Happy' }).click()
  await expect(drawn(reader)).toHaveText('Drawn: smiles, cheeks raised')
  const isSmiling = reads('happy', 'AU12')
  await expect.poll(async () => (await finishedFrom(reader, 0)).some(isSmiling), patience).toBe(true)
  await expect(now(reader).getByText('Appears happy')).toBeVisible()

  await page.getByRole('radio', { name: 'Angry' }).click()
  await expect(drawn(reader)).toHaveText('Drawn: brows lowered, lids tight, lips pressed')
  // The update under way has its frames already; the two after it have not.
  const underWay = (await reader.transcripts()).length - 1
  await expect.poll(async () => (await finishedFrom(reader, underWay + 1)).length, patience).toBeGreaterThanOrEqual(2)
  const [first, second] = await finishedFrom(reader, underWay + 1)
  const texts = `${JSON.stringify(first.texts)} ${JSON.stringify(second.texts)}`
  expect([first, second].some(reads('angry', 'AU4')), texts).toBe(true)
})

test('a first visitor sees a smile being read as happy, with nothing chosen', async ({ page, reader }) => {
  await page.goto(`?${query}&auto`)
  await expect(page.getByRole('img', { name: 'Drawn face' })).toBeVisible(patience)
  await expect(now(reader).getByText('Appears happy')).toBeVisible(patience)
  await expect(page.getByRole('button', { name: drawing.useCamera, exact: true })).toBeVisible()
})
