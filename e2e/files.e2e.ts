import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Dialog, Page } from '@playwright/test'
import { words as sources } from '../src/app/panels/sources/words.ts'
import { words as timeline } from '../src/app/panels/timeline/words.ts'
import { expect, quick, processorTest as test } from './page.ts'
import { testedBuild } from './tested-build.ts'

const clip = (name: string) => `fixtures/data/clips/${name}`

test('several files are read one after the other, those that fail are told, and none is ignored', async ({
  page,
  reader,
}) => {
  await reader.settings(quick)
  await reader.open('test&tokens=16')
  const [webm, gif] = await Promise.all([readFile(clip('tiny.webm')), readFile(clip('variable-delay.gif'))])
  await reader.chooseAll([
    { name: 'first.webm', mimeType: 'video/webm', buffer: webm },
    { name: 'notes.mp4', mimeType: 'video/mp4', buffer: Buffer.from('not a video '.repeat(50)) },
    { name: 'second.gif', mimeType: 'image/gif', buffer: gif },
    { name: 'third.webm', mimeType: 'video/webm', buffer: webm },
    { name: 'last.webm', mimeType: 'video/webm', buffer: webm },
  ])
  const files = page.getByRole('region', { name: sources.files })
  await files.getByRole('button', { name: sources.showList }).click()
  await expect(files.getByRole('listitem')).toHaveCount(5)
  await files.getByRole('button', { name: /^Remove .*last\.webm/ }).press('Enter')
  await expect(files.getByRole('listitem')).toHaveCount(4)
  // The focus is not lost with the button.
  await expect(files.locator(':focus')).toBeVisible()

  await expect(page.getByRole('status')).toHaveText('3 of 4 files were read to their end.', { timeout: 120_000 })
  await expect(files.getByRole('listitem').nth(0)).toContainText(/first\.webm.*read/)
  await expect(files.getByRole('listitem').nth(1)).toContainText('not-a-video')
  await expect(files.getByRole('listitem').nth(1)).toContainText('not a video')
  await expect(files.getByRole('listitem').nth(3)).toContainText(/third\.webm.*read/)
  await expect(reader.alert).toHaveCount(0)

  // Readings of each file stand below its name.
  await reader.openReadings()
  const readings = page.getByRole('region', { name: timeline.readings })
  await expect(readings.getByRole('heading', { level: 3 })).toHaveText([/third\.webm/, /second\.gif/, /first\.webm/])
  await expect(reader.readings).toHaveCount(3)
  // One that is chosen is looked at, and reads nothing anew.
  await reader.readings.last().getByRole('button').click()
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await expect(reader.page.getByText(/first\.webm/).first()).toBeVisible()
  expect(await reader.readingCount()).toBe(3)

  // What is chosen later stands alone again; what is chosen while there is a queue joins it, and one can be skipped.
  await files.getByRole('button', { name: sources.closeList }).click()
  await expect(files).toHaveCount(0)
  // Long enough to be stopped and skipped in their midst.
  await drop(page, ['a.webm', 'b.webm', 'c.webm'], await readFile('public/sample.webm'))
  // The list is open, as the person left it.
  await expect(files.getByRole('listitem')).toHaveCount(3)
  await reader.choose({ name: 'd.webm', mimeType: 'video/webm', buffer: webm })
  await expect(files.getByRole('listitem')).toHaveCount(4)
  await reader.stop()
  await expect(files.getByRole('button', { name: sources.readRest })).toBeVisible()
  await expect(files.getByRole('listitem').nth(0)).toContainText(sources.fileState.stopped)
  await files.getByRole('button', { name: sources.readRest }).click()
  await expect(files.getByRole('listitem').nth(1)).toContainText(sources.fileState.reading)
  await page.keyboard.press('n')
  await expect(files.getByRole('listitem').nth(1)).toContainText(sources.fileState.stopped)
  await expect(page.getByRole('status')).toHaveText('2 of 4 files were read to their end.', { timeout: 120_000 })
  await expect(files.getByRole('listitem').nth(3)).toContainText(/d\.webm.*read/)
})

test('a picture is read as a clip of one frame', async ({ page, reader }) => {
  await reader.settings(quick)
  await reader.open('test&tokens=4')
  await reader.choose('fixtures/data/numbered/still.jpg')
  await reader.waitForReading()
  await expect(page.getByRole('region', { name: 'Video' })).toContainText(/still\.jpg\s*picture/)
  await expect(reader.alert).toHaveCount(0)
})

test('leaving asks while there are readings that were not saved; names in any script keep their beginning', async ({
  page,
  reader,
}) => {
  await reader.settings(quick)
  await page.setViewportSize({ width: 390, height: 844 })
  await reader.open('test&tokens=2')
  const name = `סרטון ${'ארוך מאוד '.repeat(12)}\u202Egpj.webm`
  await reader.choose({ name, mimeType: 'video/webm', buffer: await readFile(clip('tiny.webm')) })
  await reader.waitForReading()

  await test.step('a name from right to left', async () => {
    const shown = reader.video.getByText(/^סרטון/)
    await expect(shown).toHaveText(name.replace('\u202E', ''))
    const { isBeginningSeen, isCut, direction } = await shown.evaluate((element) => {
      const range = document.createRange()
      const [text] = element.childNodes
      range.setStart(text, 0)
      range.setEnd(text, 1)
      const [first, box] = [range.getBoundingClientRect(), element.getBoundingClientRect()]
      return {
        isBeginningSeen: first.left >= box.left - 1 && first.right <= box.right + 1,
        isCut: element.scrollWidth > element.clientWidth,
        direction: getComputedStyle(element).direction,
      }
    })
    expect({ isBeginningSeen, isCut, direction }).toEqual({ isBeginningSeen: true, isCut: true, direction: 'rtl' })
  })

  await test.step('leaving', async () => {
    const dialogs: Dialog[] = []
    page.on('dialog', (dialog) => {
      dialogs.push(dialog)
      void dialog.dismiss()
    })
    await page.reload({ timeout: 3000 }).catch(() => undefined)
    expect(dialogs.map((dialog) => dialog.type())).toEqual(['beforeunload'])
    expect(await reader.readingCount(), 'it was stayed').toBe(1)
    await reader.openReadings()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'JSON' }).click()
    await download
    await page.reload()
    expect(dialogs).toHaveLength(1)
    expect(await reader.readingCount()).toBe(0)
  })
})

test('a file that the browser does not play is read, and its newest frame stands for the preview', async ({
  page,
  reader,
}) => {
  // The player gets something else than the reading does.
  await page.addInitScript(() => {
    const make = URL.createObjectURL
    URL.createObjectURL = (object) =>
      make(object instanceof File && object.name.endsWith('.webm') ? new Blob(['nothing to play']) : object)
  })
  await reader.settings(quick)
  await reader.open('test&tokens=2')
  await reader.choose(clip('tiny.webm'))
  await reader.waitForReading()
  await expect(reader.video).toContainText(
    'This browser cannot show this file; you see the newest frame that was read.',
  )
  await expect(reader.video.getByRole('img', { name: /newest frame of .*tiny\.webm/ })).toBeVisible()
  await expect(reader.video.locator('video')).toHaveCount(0)
})

test('opened from a disk the page says what to do', async ({ page, watch }) => {
  watch.expectedErrors.push(/CORS|ERR_FAILED/)
  watch.allowedOrigins.push('null')
  await page.goto(pathToFileURL(resolve(testedBuild, 'index.html')).href)
  await expect(page.getByRole('heading', { name: 'VidEmo has not started' })).toBeVisible()
  await expect(page.getByText('This page was opened from a disk.')).toBeVisible()
  await expect(page.getByText('npm ci && npm start')).toBeVisible()
  await expect(page.getByText('Its script is still on its way')).toBeHidden()
})

/** Drops files of one content on the page, as a person would. */
async function drop(page: Page, names: readonly string[], buffer: Buffer): Promise<void> {
  await page.evaluate(
    ([names, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
      const dataTransfer = new DataTransfer()
      for (const name of names) dataTransfer.items.add(new File([bytes], name, { type: 'video/webm' }))
      for (const type of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }))
      }
    },
    [names, buffer.toString('base64')] as const,
  )
}
