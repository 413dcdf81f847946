import { readFile } from 'node:fs/promises'
import { recordFault } from '../scripts/fault-table.ts'
import { parseRecording } from '../src/reading/recording.ts'
import { expect, quick, processorTest as test } from './page.ts'
import { beforeWorker } from './worker-prelude.ts'

/** What a model might say that was trained, or shown something, to do harm. */
const words = [
  '<img src=x onerror="globalThis.wasRun=1">',
  '<script>globalThis.wasRun=1</script>',
  '</p><h1>Owned</h1><style>*{display:none}</style>',
  '<a href="javascript:globalThis.wasRun=1">press</a><iframe srcdoc="<p>x"></iframe><svg onload=alert(1)>',
  '**bold** _thin_ `code` [link](javascript:alert(1)) ![](https://elsewhere.example/x.png)',
  '&lt;b&gt; &amp; &#60;i&#62; \u202egnorw\u202c',
  '=HYPERLINK("https://elsewhere.example/")',
].join(' ')

declare global {
  var wasRun: unknown
}

test('whatever the model says is text: no HTML, no markdown, nothing fetched and nothing run', async ({
  page,
  reader,
}) => {
  // The engine's own words are replaced on their way to the page: by tokens that cut every tag in two, and as answers.
  await beforeWorker(page, `(${speakFor})(${JSON.stringify(words)})`)
  await reader.settings(quick)
  await reader.open('test&tokens=4')
  await reader.choose('fixtures/data/clips/tiny.webm')
  await reader.waitForReading()

  for (const title of ['Attributes', 'Expression', 'Emotion'] as const) {
    await expect(reader.answer(title)).toContainText(words)
    const foreign = reader
      .answer(title)
      .locator('img, script, h1, style, a, iframe, svg[onload], b, strong, em, code, i')
    expect(await foreign.count(), title).toBe(0)
  }
  expect(await page.evaluate(() => globalThis.wasRun)).toBeUndefined()
  expect(await page.locator('body :is(iframe, script:not([src]), [onerror], [onload])').count()).toBe(0)
  await expect(page.getByRole('heading', { name: 'Owned' })).toHaveCount(0)

  // The recording holds the same words, as data.
  await reader.openReadings()
  const saved = page.waitForEvent('download')
  await page.getByRole('button', { name: 'JSON' }).click()
  const { readings } = parseRecording(await readFile(await (await saved).path(), 'utf8'))
  expect(readings.map(({ answers }) => answers.emotion?.text)).toEqual([words])
  recordFault({
    fault: 'output with HTML or markdown',
    injected: 'tags, scripts, links, markdown and entities as tokens, answers and readings',
    outcome: 'refused',
    kept: 'every word, as text, on the page and in the recording; no element, no request, nothing run',
  })
})

/** Runs in the worker, before anything else. */
function speakFor(words: string): void {
  const pieces = words.match(/.{1,11}/gsu) ?? []
  const post = globalThis.postMessage.bind(globalThis) as (message: unknown, transfer?: Transferable[]) => void
  const replace = (event: { type?: string; text?: string; id?: string }): unknown[] => {
    if (event.type === 'token') return pieces.map((text) => ({ ...event, text }))
    return [event.type === 'answer' ? { ...event, text: words } : event]
  }
  const speak = (message: { value?: unknown }, transfer?: Transferable[]) => {
    const value = Array.isArray(message?.value) ? message.value.flatMap(replace) : message?.value
    post(Array.isArray(message?.value) ? { ...message, value } : message, transfer)
  }
  globalThis.postMessage = speak as typeof globalThis.postMessage
}
