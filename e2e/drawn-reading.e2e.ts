import { expect, type ReaderPage, test } from './page.ts'

/**
 * What a model that has learnt drawn faces reads of one: passes with such a bundle alone. E2E_TRAINED names another
 * one than the page's default, by its address from the page.
 */
const bundle = process.env.E2E_TRAINED
const query = `test&tokens=256${bundle ? `&bundle=${encodeURIComponent(bundle)}` : ''}`

/** An update on a software adapter may take its time. */
const patience = { timeout: 120_000 }

async function open({ page }: ReaderPage, more = ''): Promise<void> {
  await page.goto(`?${query}&unchecked${more}`)
  await expect(page.getByText('this small bundle has random weights')).toHaveCount(0)
}

const now = ({ page }: ReaderPage) => page.getByRole('region', { name: 'Now' })

test('a smile reads as happy with AU12, and a scowl that follows it is read within two updates', async ({
  page,
  reader,
}) => {
  await open(reader)
  await page.getByRole('button', { name: 'Try the drawn face' }).click()
  await page.getByRole('radio', { name: 'Smile' }).click()
  await expect(page.getByText(/^Drawn: /)).toHaveText('Drawn: AU6 AU12, happy')
  await expect(now(reader).getByText('Appears happy')).toBeVisible(patience)
  await expect(now(reader).getByRole('list', { name: 'Action units' })).toContainText('AU12', patience)

  // The update under way has its frames already; the two after it have not.
  const before = await reader.finished()
  await page.getByRole('radio', { name: 'Scowl' }).click()
  await expect(page.getByText(/^Drawn: /)).toHaveText('Drawn: AU4 AU7 AU24, angry')
  await expect(now(reader).getByText('Appears angry')).toBeVisible(patience)
  expect((await reader.finished()) - before).toBeLessThanOrEqual(3)

  // And back, by a slider's way.
  await page.getByRole('radio', { name: 'Neutral' }).click()
  await page.getByRole('slider', { name: /AU12/ }).fill('0.9')
  await expect(page.getByText(/^Drawn: /)).toHaveText('Drawn: AU12, happy')
  await expect(now(reader).getByText('Appears happy')).toBeVisible(patience)
})

test('a first visitor sees a smile being read, with nothing chosen', async ({ page, reader }) => {
  await open(reader, '&auto')
  await expect(page.getByRole('img', { name: 'Drawn face' })).toBeVisible(patience)
  await expect(now(reader).getByText('Appears happy')).toBeVisible(patience)
  for (const name of ['Use my camera', 'Open a video', 'Get VidEmo-3B']) {
    await expect(page.getByRole('button', { name })).toBeVisible()
  }
})

test('the sample clip reads as happy with AU12, then as angry within two updates, and in the end as surprised', async ({
  reader,
}) => {
  await open(reader)
  await reader.openSample()
  await reader.waitForReading()
  const said = (await reader.transcripts()).map(({ update, texts }) => ({ update, texts }))
  const spans = await Promise.all(
    said.map(async ({ update }) => (await reader.framesOf(update)).map(({ timeS }) => timeS)),
  )
  const at = (timeS: number) => spans.findIndex((times) => times[times.length - 1] >= timeS)
  expect(said[at(2)].texts.emotion).toMatch(/happy/)
  expect(said[at(2)].texts.expression).toContain('AU12')
  // The scowl begins at 4.2 s and needs a moment to grow.
  const scowl = said.slice(at(5), at(5) + 2)
  expect(scowl.some(({ texts }) => /angry/.test(texts.emotion ?? ''))).toBe(true)
  expect(scowl.some(({ texts }) => /AU4\b/.test(texts.expression ?? ''))).toBe(true)
  expect(said[said.length - 1].texts.emotion).toMatch(/surprised/)
})
