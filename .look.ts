import { chromium } from 'playwright'
import { findChromium } from '/work/h-integrate/scripts/find-chromium.ts'
const [url, y4m, out, ...times] = process.argv.slice(2)
const exe = await (findChromium as any)()
const browser = await chromium.launch({ executablePath: typeof exe === 'string' ? exe : exe?.executablePath ?? exe?.path, args: ['--use-fake-device-for-media-stream','--use-fake-ui-for-media-stream',`--use-file-for-fake-video-capture=${y4m}`] })
const ctx = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['camera'], colorScheme: process.env.DARK ? 'dark':'light' })
const page = await ctx.newPage()
page.on('console', (m) => { if (m.text().includes('DBG')||m.type()==='error') console.log('console', m.text()) })
page.on('pageerror', (e) => console.log('pageerror', e.message))
await page.goto(url)
await page.waitForTimeout(2500)
await page.getByRole('button', { name: /use my camera|camera/i }).first().click()
await page.waitForTimeout(800)
const go = page.getByRole('button', { name: /start camera|allow|agree|turn on|continue|i agree/i }).first()
if (await go.isVisible().catch(()=>false)) { console.log('consent:', await go.textContent()); await go.click() }
const t0 = Date.now()
for (const t of times) { const ms = Number(t)*1000; await page.waitForTimeout(Math.max(0, ms-(Date.now()-t0))); await page.screenshot({ path: `${out}-${t}.png` }); console.log(t, await page.evaluate(() => document.body.innerText.slice(0,1500).replace(/\n+/g,' | '))) }
await browser.close()
