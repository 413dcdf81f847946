import { recordFault } from '../scripts/fault-table.ts'
import { fixtureFolder } from '../scripts/fixture-bundle.ts'
import { setFrailty, withFrailDevice } from './frail-device.ts'
import { expect, quick, test } from './page.ts'
import { engineWorker } from './worker-prelude.ts'

test('a device that is lost, or has no room, while a model is put on it: nothing read is lost, and the page goes on', async ({
  page,
  reader,
}) => {
  await withFrailDevice(page)
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()
  await expect.poll(() => reader.readingCount()).toBe(1)
  const said = await reader.recorded()
  const expectKept = () => expect.poll(() => reader.recorded()).toEqual(said)

  await test.step('the device is lost', async () => {
    const lost = engineWorker(page)
    await setFrailty(page, { loseAfterBuffers: 30 })
    await reader.openPanel('Model')
    await page.getByLabel('Bundle folder').setInputFiles(fixtureFolder)
    await expect(page.getByRole('dialog')).toContainText('your folder', { timeout: 60_000 })
    await expect(reader.alert).toHaveCount(0)
    expect(page.workers()).not.toContain(lost)
    await expectKept()
    recordFault({
      fault: 'device lost during load',
      injected: 'device.destroy() at the 30th buffer of a second model',
      outcome: 'recovered',
      kept: '1 of 1 readings; the model was loaded by another worker',
    })
    await page.keyboard.press('Escape')
  })

  await test.step('there is no room for a buffer', async () => {
    await setFrailty(page, { roomBytes: 100_000 })
    await reader.openPanel('Model')
    await page.getByLabel('Bundle folder').setInputFiles(fixtureFolder)
    await expect(reader.alert).toContainText('out-of-memory')
    await expect(reader.alert).toContainText(
      /no room for .*more: this page holds [\d.,]+ MB of it, and may hold [\d,]+ MB/,
    )
    await expect(reader.alert).toContainText('load a smaller bundle')
    await expectKept()
    await page.getByRole('button', { name: 'Load the small model' }).click()
    await expect(reader.alert).toHaveCount(0)
    await expect(page.getByText(/^small model · /)).toBeVisible({ timeout: 60_000 })
    await page.keyboard.press('Escape')
    await expectKept()
    await reader.choose('fixtures/data/clips/tiny.webm')
    await reader.waitForReading()
    await expect.poll(() => reader.readingCount()).toBe(2)
    recordFault({
      fault: 'out of memory on buffer creation',
      injected: 'createBuffer without room from 100 kB on',
      outcome: 'recovered',
      kept: '1 of 1 readings; refused with the numbers, and the small model read on',
    })
  })
})

test('a tab that ends while it loads a model does not load it again by itself', async ({ page, context, weights }) => {
  weights.hold()
  const address = `?test&unchecked&trusted&tokens=2&bundle=${encodeURIComponent(weights.url)}`
  const first = await context.newPage()
  await first.goto(address)
  await expect(first.getByText(/^Loading .*: \d+ %/)).toBeVisible()
  await expect.poll(() => weights.requests.length).toBeGreaterThan(1)
  const crashed = first.waitForEvent('crash')
  const session = await context.newCDPSession(first)
  void session.send('Page.crash').catch(() => undefined)
  await crashed
  weights.release()
  weights.requests.length = 0

  await page.goto(address)
  const host = new URL(weights.url).host
  await page.getByRole('button', { name: `The last start ended while ${host} was being loaded` }).click()
  await expect(page.getByText(/perhaps it ran out of memory/)).toBeVisible()
  await expect(page.getByRole('button', { name: 'Load the small model' })).toBeVisible()
  // As long as the manifest would have taken, and longer.
  await page.waitForTimeout(1500)
  expect(weights.requests).toEqual([])
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText(new RegExp(`${host} · q4`)).first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/The last start ended/)).toHaveCount(0)
  recordFault({
    fault: 'tab killed while loading',
    injected: 'the page’s process crashed in the middle of a download',
    outcome: 'recovered',
    kept: 'no loop: the next start asked first, and loaded the model when told to',
  })
  // A load that ended well leaves no mark.
  await page.reload()
  await expect(page.getByText(new RegExp(`${host} · q4`)).first()).toBeVisible({ timeout: 60_000 })
  await expect(page.getByText(/The last start ended/)).toHaveCount(0)
})
