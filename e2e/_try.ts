import { chromium } from 'playwright'
import { chromiumArgs, findChromium, webgpuArgs } from '../scripts/find-chromium.ts'
const clip = process.argv[2]
const browser = await chromium.launch({ executablePath: findChromium(), args: [...chromiumArgs, ...webgpuArgs] })
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
page.on('console', (m) => console.log('console', m.type(), m.text()))
page.on('pageerror', (e) => console.log('pageerror', e))
page.on('requestfailed', (r) => console.log('failed', r.url(), r.failure()?.errorText))
const t0 = Date.now()
await page.goto((process.argv[3] ?? 'http://127.0.0.1:4199/') + '?test')
await page.waitForFunction(() => document.body.innerText.includes('stand-in') || document.querySelector('[role=alert]'), undefined, { timeout: 60000 })
console.log('loaded', Date.now() - t0)
await page.screenshot({ path: '/tmp/x/1.png' })
if (clip === 'sample') await page.getByRole('button', { name: 'Try the sample clip' }).click()
else await page.locator('input[type=file]').setInputFiles(clip)
const t1 = Date.now()
for (let i = 0; i < 200; i++) {
  await page.waitForTimeout(1000)
  const chip = await page.locator('[data-state] > p').first().textContent()
  if (i % 5 === 0) console.log(((Date.now() - t1) / 1000).toFixed(0), chip)
  if (i === 20) await page.screenshot({ path: '/tmp/x/2.png' })
  if (['Read', 'Stopped', 'Not read'].includes(chip ?? '')) break
}
console.log('done', Date.now() - t1)
console.log(await page.locator('ol').last().innerText())
console.log(JSON.stringify(await page.evaluate(() => globalThis.videmoTest?.streamedIds())))
await page.screenshot({ path: '/tmp/x/3.png' })
await browser.close()
