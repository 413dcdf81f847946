import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join, normalize } from 'node:path'
import { DirectoryFiles } from '../cli/directory-files.ts'
import { DirectorySink } from '../cli/directory-sink.ts'
import { ownSet } from '../cli/parity/cases.ts'
import { buildBundle } from '../src/build/build.ts'
import { basePath } from './base-path.ts'
import { expect, processorTest as test } from './page.ts'
import { startStaticHost } from './static-host.ts'

/** What the host's page, which is the test's own, is told. */
interface Outcome {
  readonly steps: readonly string[]
  readonly offer: { readonly name: string; readonly bytes: number } | undefined
  readonly facts: object
  readonly reading: import('../src/embed/videmo.ts').Reading
  readonly refused: { readonly name: string; readonly code: string; readonly action: string }
}

test('a page that imports the API reads with a folder of another host that transformers.js knows', async ({
  page,
  watch,
}) => {
  const folder = join(await mkdtemp(join(tmpdir(), 'videmo-foreign-')), 'model')
  const files = new DirectoryFiles(ownSet().checkpoint)
  await buildBundle(files, await DirectorySink.open(folder), { dtype: 'fp32', layout: 'transformers.js' })
  await files.close()
  const [weights, host] = [await serveFolder(folder), await startStaticHost()]
  watch.allowedOrigins.push(host.origin, weights.origin)
  await page.route('**/host.html', (route) =>
    route.fulfill({
      contentType: 'text/html',
      body: `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="${basePath}icon.svg">`,
    }),
  )
  // A folder of the app that is a bundle.
  watch.expectedErrors.push(/404/)
  try {
    await page.goto(`${host.origin}/host.html`)
    const outcome: Outcome = await page.evaluate(
      async ({ app, address }) => {
        const { createAnalyzer } = (await import(`${app}embed/videmo.js`)) as typeof import('../src/embed/videmo.ts')
        const source = await (await fetch(`${app}sample.webm`)).blob()
        const steps: string[] = []
        let offer: Outcome['offer']
        const analyzer = createAnalyzer({
          source,
          reader: 'transformers',
          bundle: address,
          maxTokens: 3,
          onProgress: ({ step }) => steps.push(step),
          mayDownload: (asked) => {
            offer = asked
            return true
          },
        })
        const facts = await analyzer.ready
        const { value: reading } = await analyzer.readings[Symbol.asyncIterator]().next()
        analyzer.stop()
        const bundle = `${app}models/videmo-tiny/`
        const refused = await createAnalyzer({ source, reader: 'transformers', bundle }).ready.catch((error) => error)
        const { name, code, action } = refused
        return { steps, offer, facts, reading, refused: { name, code, action } }
      },
      { app: basePath, address: weights.url },
    )
    console.log(`    ${JSON.stringify(outcome.facts)}\n    ${JSON.stringify(outcome.reading.answers)}`)
    expect(outcome.facts).toMatchObject({ dtype: 'fp32', provider: 'wasm', check: 'unchecked' })
    expect(outcome.offer?.bytes).toBeGreaterThan(3e6)
    expect(outcome.steps).toEqual(expect.arrayContaining(['downloading', 'starting']))
    const { answers, frameTimesS, probabilities, settings } = outcome.reading
    expect(Object.keys(answers)).toEqual(['attributes', 'expression', 'emotion'])
    expect(frameTimesS.length).toBeGreaterThan(2)
    expect(frameTimesS.length).toBeLessThanOrEqual(settings.windowFrames)
    expect(probabilities).toEqual({})
    expect(outcome.refused).toMatchObject({ name: 'CheckpointError', code: 'not-transformers-js' })
    // ONNX Runtime's WebAssembly is the app's own, and weights come from the chosen folder alone.
    expect(host.requests.filter((path) => /asyncify.*\.wasm/.test(path)).length).toBeGreaterThan(0)
    expect(weights.requests).toEqual(expect.arrayContaining(['config.json', 'tokenizer.json']))
    expect(weights.requests.filter((path) => path.endsWith('.onnx')).length).toBeGreaterThan(0)
  } finally {
    await host.close()
    weights.close()
    await rm(dirname(folder), { recursive: true, force: true })
  }
})

/** A host of weights on another origin, which tells lengths as the Hugging Face Hub does. */
async function serveFolder(folder: string) {
  const requests: string[] = []
  const server = createServer(async ({ url = '/', headers }, response) => {
    const path = normalize(new URL(url, 'http://x').pathname).slice(1)
    requests.push(path)
    const body = await readFile(join(folder, path)).catch(() => undefined)
    response.setHeader('access-control-allow-origin', '*')
    response.setHeader('access-control-allow-headers', 'range')
    response.setHeader('access-control-expose-headers', 'content-range')
    const isProbe = headers.range === 'bytes=0-0' && body
    if (isProbe) response.setHeader('content-range', `bytes 0-0/${body.length}`)
    response.writeHead(body ? (isProbe ? 206 : 200) : 404).end(isProbe ? body.subarray(0, 1) : body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { requests, origin, url: `${origin}/`, close }
}
