import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BundleError } from '../base/errors.ts'
import { readJournal } from './journal.ts'
import { MemoryStore } from './memory-store.ts'
import { type ObtainedBundle, obtainBundle } from './obtain-bundle.ts'
import { OpfsStore } from './opfs-store.ts'
import { OpfsDisk } from './testing/opfs-disk.ts'
import { type SampleBundle, sampleBundle } from './testing/sample-bundle.ts'

const base = 'https://a.test/sample/'

/** What may become of an answer; after the latter a file may be asked for as a whole, or anew. */
const faults = ['none', 'cut', 'stall', '500', '429', 'page'] as const
const dishonest = ['flip', 'long', 'short', 'empty', 'other range', 'whole', '416', 'new etag'] as const
type Fault = (typeof faults)[number] | (typeof dishonest)[number]

interface Asked {
  readonly path: string
  readonly from: number
  readonly to: number
}

/** A server whose answers go wrong as listed, and then no more. */
class Server {
  readonly asked: Asked[] = []
  readonly had = new Set<Fault>()
  private answers = 0

  constructor(
    private readonly bundle: SampleBundle,
    private readonly script: readonly Fault[],
    private readonly hasEtags: boolean,
    private readonly knowsRanges: boolean,
  ) {}

  readonly fetch: typeof fetch = async (input, init) => {
    const path = String(input).slice(base.length)
    if (path === 'manifest.json') return new Response(this.bundle.manifest.text)
    const text = this.bundle.contents[path]
    const given = this.knowsRanges ? new Headers(init?.headers).get('range') : null
    const match = /^bytes=(\d+)-(\d+)$/.exec(given ?? '')
    const [from, to] = match ? [Number(match[1]), Number(match[2])] : [0, text.length - 1]
    const fault = this.script[this.answers++] ?? 'none'
    if (fault !== 'none') this.had.add(fault)
    this.asked.push({ path, from, to })
    // Answers come in any order.
    for (let turns = (this.answers * 7) % 5; turns > 0; turns--) await Promise.resolve()
    return this.answer(fault, text, from, to, match !== null, init?.signal ?? undefined)
  }

  private answer(
    fault: Fault,
    text: string,
    from: number,
    to: number,
    isRange: boolean,
    signal?: AbortSignal,
  ): Response {
    const headers: Record<string, string> = this.hasEtags ? { etag: fault === 'new etag' ? '"2"' : '"1"' } : {}
    const part = text.slice(from, to + 1)
    const status = isRange ? 206 : 200
    const half = part.slice(0, part.length >> 1)
    switch (fault) {
      case '500':
      case '429':
      case '416':
        return new Response('', { status: Number(fault), headers })
      case 'page':
        return new Response('<html>', { headers: { 'content-type': 'text/html' } })
      case 'cut':
        return new Response(bodyOf(half, 'error', signal), { status, headers })
      case 'stall':
        return new Response(bodyOf(half, 'stall', signal), { status, headers })
      case 'short':
        return new Response(half, { status, headers })
      case 'empty':
        return new Response('', { status, headers })
      case 'long':
        return new Response(`${part}??`, { status, headers })
      case 'flip':
        return new Response(`${part.slice(0, -1)}?`, { status, headers })
      case 'other range':
        return new Response(text.slice(from + 1, to + 2), { status, headers })
      case 'whole':
        return new Response(text, { headers })
      default: {
        const range: Record<string, string> = isRange ? { 'content-range': `bytes ${from}-${to}/${text.length}` } : {}
        return new Response(part, { status, headers: { ...headers, ...range } })
      }
    }
  }
}

function bodyOf(text: string, end: 'error' | 'stall', signal: AbortSignal | undefined): ReadableStream {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text))
      if (end === 'error') controller.error(new TypeError('gone'))
      else signal?.addEventListener('abort', () => controller.error(signal.reason))
    },
  })
}

/** What the journal says is stored, before a visit. */
async function storedChunks(disk: OpfsDisk, key: string): Promise<Asked[]> {
  const journal = disk.bytesOf(`${key}/journal`) ?? new Uint8Array()
  const { files } = await readJournal(journal)
  return [...files].flatMap(([path, { chunks }]) => {
    const end = disk.bytesOf(`${key}/files/${path}`)?.length ?? 0
    const there = [...chunks].filter(([at, { bytes }]) => at + bytes <= end)
    return there.map(([at, { bytes }]) => ({ path, from: at, to: at + bytes - 1 }))
  })
}

async function expectRight({ files }: ObtainedBundle, bundle: SampleBundle): Promise<void> {
  for (const [path, text] of Object.entries(bundle.contents)) expect(await (await files.read(path)).text()).toBe(text)
}

const content = fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 1, maxLength: 400 })
const visit = fc.record({
  faults: fc.array(fc.constantFrom<Fault[]>(...faults, ...dishonest), { maxLength: 12 }),
  lifeBytes: fc.option(fc.integer({ min: -500, max: 4000 }), { nil: undefined }),
  quota: fc.option(fc.integer({ min: 500, max: 6000 }), { nil: undefined, freq: 2 }),
})

it('whatever goes wrong on whatever visit, the bytes are right or the error is named, and the last visit gets there', async () => {
  const counts = { right: 0, named: 0, killed: 0, resumed: 0 }
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(content, content, content),
      fc.constantFrom(7, 64),
      fc.constantFrom(true, true, false),
      fc.boolean(),
      fc.constantFrom(true, true, true, false),
      fc.constantFrom(true, true, false),
      fc.array(visit, { minLength: 1, maxLength: 4 }),
      async ([a, b, c], chunkBytes, hasHashes, hasEtags, knowsRanges, isKind, visits) => {
        const contents = { 'vision.onnx': a, 'data/vision.000': b.repeat(3), 'decoder.onnx': c, 'data/decoder.000': b }
        const chunks = await sampleBundle(contents, chunkBytes)
        const bundle = hasHashes ? chunks : await sampleBundle(contents)
        const disk = new OpfsDisk()
        const go = async (given: (typeof visits)[number]) => {
          const script = given.faults.filter((fault) => !isKind || !dishonest.includes(fault as never))
          const server = new Server(bundle, script, hasEtags, knowsRanges)
          const tab = new AbortController()
          // The manifest is the first that is written.
          const own = bundle.manifest.bytes.length
          disk.revive(own + (given.lifeBytes ?? Number.POSITIVE_INFINITY))
          disk.quota = own + (given.quota ?? Number.POSITIVE_INFINITY)
          disk.onKill = () => tab.abort(new DOMException('killed', 'AbortError'))
          const before = await storedChunks(disk, bundle.manifest.key)
          const result = await obtainBundle(
            { type: 'url', url: base },
            {
              stores: { primary: new OpfsStore(disk.host()), fallback: new MemoryStore() },
              fetch: server.fetch,
              signal: tab.signal,
              retryPolicy: {
                stallMs: script.includes('stall') ? 5 : 60_000,
                firstWaitMs: 0,
                longestWaitMs: 1000,
                tries: 3,
              },
              sleep: async () => undefined,
            },
          ).catch((error: unknown) => error)
          if (disk.isKilled) counts.killed++
          else if (result instanceof Error) {
            expect(result).toBeInstanceOf(BundleError)
            counts.named++
          } else {
            await expectRight(result as ObtainedBundle, bundle)
            counts.right++
          }
          // Nothing that is stored is asked for again, unless something was found to be wrong with it.
          const isHonest = ![...server.had].some((fault) => dishonest.includes(fault as never))
          if (isHonest && knowsRanges && !isStained) {
            if (before.length > 0) counts.resumed++
            for (const { path, from, to } of before) {
              const again = server.asked.filter((each) => each.path === path && each.from <= to && each.to >= from)
              expect(again, `${path} from ${from}`).toEqual([])
            }
          }
          isStained ||= !isHonest
          return result
        }
        // Bytes that were wrong when they came may be stored, where chunks have no hashes.
        let isStained = false
        for (const each of visits) await go(each)
        const last = await go({ faults: [], lifeBytes: undefined, quota: undefined })
        if (last instanceof Error) throw last
        expect((last as ObtainedBundle).store).toBe('opfs')
      },
    ),
    { numRuns: Number(process.env.DOWNLOAD_RUNS ?? 100) },
  )
  console.log(
    `    visits: ${counts.right} right, ${counts.named} ended by a named error, ${counts.killed} killed, ` +
      `${counts.resumed} went on from what was stored`,
  )
  for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0)
})

it('killed after any byte it writes, the next visit asks for what is missing and nothing else', async () => {
  const contents = {
    'vision.onnx': 'v',
    'data/vision.000': 'abcde'.repeat(60),
    'decoder.onnx': 'd',
    'data/decoder.000': '',
  }
  const bundle = await sampleBundle(contents, 64)
  const visit = async (disk: OpfsDisk, lifeBytes?: number) => {
    const server = new Server(bundle, [], true, true)
    const tab = new AbortController()
    disk.revive(lifeBytes)
    disk.onKill = () => tab.abort(new DOMException('killed', 'AbortError'))
    const stores = { primary: new OpfsStore(disk.host()), fallback: new MemoryStore() }
    const load = obtainBundle({ type: 'url', url: base }, { stores, fetch: server.fetch, signal: tab.signal })
    return { asked: server.asked, result: await load.catch((error: unknown) => error) }
  }
  let resumed = 0
  // What comes before is the manifest.
  const first = bundle.manifest.bytes.length
  let life = first
  for (; ; life += 37) {
    const disk = new OpfsDisk()
    const { result } = await visit(disk, life)
    if (!disk.isKilled) {
      await expectRight(result as ObtainedBundle, bundle)
      break
    }
    const before = await storedChunks(disk, bundle.manifest.key)
    // It is whole when the journal is gone.
    const isWhole = disk.bytesOf(`${bundle.manifest.key}/journal`) === undefined
    const second = await visit(disk)
    await expectRight(second.result as ObtainedBundle, bundle)
    const stored = isWhole ? bundle.totalBytes : before.reduce((sum, { from, to }) => sum + to + 1 - from, 0)
    const asked = second.asked.reduce((sum, { from, to }) => sum + to + 1 - from, 0)
    expect(asked, `killed after ${life} bytes`).toBe(bundle.totalBytes - stored)
    if (stored > 0) resumed++
  }
  console.log(`    killed after ${first} to ${life} bytes, ${resumed} times with something stored`)
  expect(resumed).toBeGreaterThan(10)
})
