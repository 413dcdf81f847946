import type { Page } from '@playwright/test'
import { recordFault } from '../scripts/fault-table.ts'
import { expect, ReaderPage, test } from './page.ts'
import type { WeightServer } from './weight-server.ts'
import { beforeWorker } from './worker-prelude.ts'

/** Of the fixture's 1.8 MB. */
const chunkBytes = 65_536

test.beforeEach(({ weights }) => {
  weights.chunkBytes = chunkBytes
})

/** What the page's first bundle is, so that none of these tests waits for two. */
const address = (weights: WeightServer) => `?test&tokens=2&unchecked&trusted&bundle=${weights.url}`

async function open(page: Page, weights: WeightServer): Promise<void> {
  await page.goto(address(weights))
}

async function expectLoaded(page: Page, weights: WeightServer): Promise<void> {
  await expect(page.getByText(new RegExp(`${new URL(weights.url).host} · q4`)).first()).toBeVisible({ timeout: 60_000 })
}

async function totalOf(weights: WeightServer): Promise<number> {
  const manifest = await (await fetch(`${weights.url}manifest.json`)).json()
  return manifest.files.reduce((sum: number, { bytes }: { readonly bytes: number }) => sum + bytes, 0)
}

const storedModels = (page: Page) => page.getByRole('list', { name: 'Stored models' })

test('a line that is cut at 70 % and a tab that is closed lose no chunk; the second visit needs no network', async ({
  page,
  context,
  reader,
  watch,
  weights,
}) => {
  watch.expectedErrors.push(/ERR_/, /Failed to load resource/)
  const total = await totalOf(weights)
  const cut = Math.floor(total * 0.7)
  let room = cut
  weights.interfere = (path, response, range) => {
    if (path === 'manifest.json' || !range) return false
    const bytes = range.to + 1 - range.from
    if (bytes <= room) {
      room -= bytes
      return false
    }
    // From here on the network is gone.
    room = -1
    response.destroy()
    return true
  }
  await open(page, weights)
  await expect.poll(() => room, { timeout: 60_000 }).toBe(-1)
  await expect(reader.alert).toContainText('are here and kept', { timeout: 90_000 })
  await expect(reader.alert).toContainText('network')
  const kept = weights.sentBytes
  expect(kept).toBeGreaterThan(total * 0.5)

  await reader.openPanel('Storage')
  await expect(storedModels(page)).toContainText('incomplete')
  await page.close({ runBeforeUnload: false })

  const next = await context.newPage()
  weights.sentBytes = 0
  weights.interfere = () => false
  await open(next, weights)
  await expectLoaded(next, weights)
  // What is stored and what came make up the whole.
  const fetched = weights.sentBytes
  console.log(`    of ${total} bytes ${kept} came before the cut, and ${fetched} after it`)
  expect(fetched).toBe(total - kept)
  recordFault({
    fault: 'network cut at 70 %',
    injected: `the host gone after ${cut} of ${total} bytes, the tab closed, opened again`,
    outcome: 'resumed',
    kept: `${kept} of ${total} bytes; ${fetched} were fetched afterwards`,
  })

  await test.step('a second visit with the network off', async () => {
    weights.interfere = (_, response) => {
      response.destroy()
      return true
    }
    weights.sentBytes = 0
    await next.reload()
    await expectLoaded(next, weights)
    await expect(await new ReaderPage(next).openNotices()).toContainText('The address cannot be reached')
    expect(weights.sentBytes).toBe(0)
  })

  await test.step('what the browser removes is told at the next start, and fetched again', async () => {
    await next.evaluate(async () => {
      const root = await navigator.storage.getDirectory()
      await root.removeEntry('bundles', { recursive: true })
    })
    weights.interfere = () => false
    await next.reload()
    const own = new ReaderPage(next)
    await expect(own.chip).toContainText('A stored model is gone', { timeout: 30_000 })
    await expectLoaded(next, weights)
    const notices = await own.openNotices()
    await expect(notices).toContainText(/The browser removed .*1\.8 MB.* to free space/)
    expect(weights.sentBytes).toBe(total)
    await notices.getByRole('button', { name: 'Dismiss: A stored model is gone' }).click()
    await expect(notices).not.toContainText('A stored model is gone')
    await next.keyboard.press('Escape')
    await expect(notices).toHaveCount(0)
    await expect(own.chip).not.toContainText('A stored model is gone')
    recordFault({
      fault: 'eviction between visits',
      injected: 'every stored file removed from the origin private file system',
      outcome: 'recovered',
      kept: 'the name and size of what was there, which are told; it was downloaded again',
    })
  })

  await test.step('deleting asks first, says so, and frees the room', async () => {
    const own = new ReaderPage(next)
    await own.openPanel('Storage')
    const panel = next.getByRole('dialog', { name: 'Storage' })
    await expect(storedModels(next).getByRole('listitem')).toHaveCount(1)
    await expect(storedModels(next)).toContainText('in use')
    await expect(storedModels(next)).toContainText('last used')
    await next.screenshot({ path: 'test-results/stored-models.png' })
    await next.getByRole('button', { name: /^Delete / }).press('Enter')
    await expect(next.getByRole('alertdialog')).toContainText('will be freed')
    await next.getByRole('button', { name: 'Not now' }).press('Enter')
    await expect(storedModels(next).getByRole('listitem')).toHaveCount(1)
    await next.getByRole('button', { name: /^Delete / }).press('Enter')
    await next.getByRole('button', { name: 'Delete', exact: true }).press('Enter')
    await expect(panel).toContainText('None. A model that you download is kept here')
    await next.reload()
    // What a person deletes is not missed.
    await expectLoaded(next, weights)
    await expect(next.getByText('A stored model is gone')).toHaveCount(0)
  })
})

test('of two tabs the second waits for the first, says so, and loads what that has stored', async ({
  page,
  context,
  weights,
}) => {
  const total = await totalOf(weights)
  weights.hold()
  await open(page, weights)
  await expect.poll(() => weights.requests.length, { timeout: 60_000 }).toBeGreaterThan(2)
  const tab = await context.newPage()
  await open(tab, weights)
  const waiting = tab.getByText(/another tab is storing it/)
  await expect(waiting).toBeVisible({ timeout: 60_000 })
  // The choice to cancel.
  await tab.getByRole('button', { name: 'Cancel loading' }).click()
  await expect(waiting).toHaveCount(0)
  await tab.reload()
  await expect(waiting).toBeVisible({ timeout: 60_000 })
  weights.release()
  await expectLoaded(tab, weights)
  await page.bringToFront()
  await expectLoaded(page, weights)
  expect(weights.sentBytes).toBe(total)
  recordFault({
    fault: 'two tabs',
    injected: 'the same bundle opened in a second tab while the first downloads it',
    outcome: 'recovered',
    kept: `${total} of ${total} bytes, fetched once for both`,
  })
})

test('a flipped byte is refused when it comes every time, and costs one chunk when it does not', async ({
  page,
  reader,
  weights,
}) => {
  const total = await totalOf(weights)
  const damaged = 'decoder.data.000'
  weights.change(damaged, (bytes) => {
    const copy = Buffer.from(bytes)
    copy[70_000] ^= 1
    return copy
  })
  await open(page, weights)
  await expect(reader.alert).toContainText('wrong-hash', { timeout: 90_000 })
  await expect(reader.alert).toContainText('The server’s decoder.data.000')
  // From now on it is damaged once.
  const before = weights.sentBytes
  let asked = 0
  weights.interfere = (path, _, range) => {
    if (path === damaged && range?.from === chunkBytes && ++asked === 2) weights.change(damaged, undefined)
    return false
  }
  // What came right is kept, and the load goes on from there.
  await page.getByRole('button', { name: 'Resume' }).click()
  await expectLoaded(page, weights)
  expect(asked).toBe(2)
  const again = weights.sentBytes - before
  expect(again).toBeLessThan(total)
  recordFault({
    fault: 'flipped byte',
    injected: 'one byte of a file in every answer; then the file is right',
    outcome: 'refused',
    kept: `${total - again} of ${total} bytes; told that the server’s copy differs, and loaded once it was right`,
  })
})

test('when the room ends on the way, the model is loaded and what is stored stays', async ({
  page,
  reader,
  weights,
}) => {
  const total = await totalOf(weights)
  const session = await page.context().newCDPSession(page)
  weights.hold()
  await open(page, weights)
  const origin = new URL(page.url()).origin
  // There was room when it began.
  await expect.poll(() => weights.requests.length, { timeout: 60_000 }).toBeGreaterThan(2)
  const limit = Math.floor(total / 2)
  await session.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: limit })
  weights.release()
  await expectLoaded(page, weights)
  const notices = await reader.openNotices()
  await expect(notices).toContainText('There is not enough room to store the model')
  await expect(notices).toContainText('of it are stored and kept')
  // What was under way in that moment comes again.
  expect(weights.sentBytes).toBeLessThanOrEqual(total + 8 * chunkBytes)

  await session.send('Storage.overrideQuotaForOrigin', { origin })
  weights.sentBytes = 0
  await page.reload()
  await expectLoaded(page, weights)
  const kept = total - weights.sentBytes
  console.log(`    with room for ${limit} bytes, ${kept} of ${total} were kept`)
  expect(kept).toBeGreaterThan(0)
  await expect(await reader.openNotices()).not.toContainText('There is not enough room')
  recordFault({
    fault: 'quota exceeded mid-download',
    injected: `the site's quota set to ${limit} of the model's ${total} bytes`,
    outcome: 'resumed',
    kept: `${kept} of ${total} bytes stored, the rest in memory; stored whole once there was room`,
  })
})

test('without a file system the model is kept in memory, with a notice', async ({ page, reader }) => {
  await beforeWorker(
    page,
    `StorageManager.prototype.getDirectory = async () => { throw new DOMException('no', 'SecurityError') }`,
  )
  await reader.open('test&tokens=2')
  await expect(await reader.openNotices()).toContainText('The browser does not let this page store files')
  await page.keyboard.press('Escape')
  await reader.openPanel('Storage')
  await expect(page.getByRole('dialog')).toContainText('Models cannot be listed')
  recordFault({
    fault: 'OPFS unavailable',
    injected: 'getDirectory of the worker refuses (SecurityError, as in private windows)',
    outcome: 'recovered',
    kept: 'the model, in memory, with a notice that it will be downloaded again',
  })
})

test('a host that limits requests is waited for in sight, and can be left', async ({ page, weights, watch }) => {
  watch.expectedErrors.push(/Failed to load resource/)
  let isLimited = true
  weights.interfere = (path, response) => {
    if (path === 'manifest.json' || !isLimited) return false
    response.writeHead(429, { 'retry-after': '2' }).end()
    return true
  }
  const wait = page.getByRole('timer').first()
  await open(page, weights)
  await expect(page.getByRole('navigation', { name: 'Panels' })).toContainText('the server asks to wait')
  await page.getByRole('button', { name: /the server asks to wait/ }).click()
  // Other sites may not read how long, unless the host says so.
  await expect(wait).toContainText(/limits how often it may be asked.*asked again in 0:0\d/)
  const asked = weights.requests.length
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
  await expect(wait).toHaveCount(0)
  expect(weights.requests.length).toBe(asked)

  isLimited = false
  await page.reload()
  await expectLoaded(page, weights)
})
