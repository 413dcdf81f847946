import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type HubHabits, ModelHub } from '../scripts/model-hub.ts'
import { buildBundle } from '../src/build/build.ts'
import { checkpointAddress } from '../src/build/checkpoint/checkpoint-address.ts'
import { HttpFiles } from '../src/build/checkpoint/http-files.ts'
import { ReadAheadFiles } from '../src/build/checkpoint/read-ahead.ts'
import { MemorySink } from '../src/build/output/sink.fixture.ts'
import { DirectoryFiles } from './directory-files.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const checkpoint = join(root, 'fixtures/data/checkpoint')
const folder = mkdtempSync(join(tmpdir(), 'videmo-hub-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const hubs: ModelHub[] = []
afterEach(() => {
  for (const hub of hubs.splice(0)) hub.close()
})

async function hubWith(habits: Partial<HubHabits>): Promise<ModelHub> {
  const hub = await ModelHub.start(new DirectoryFiles(checkpoint), habits)
  hubs.push(hub)
  return hub
}

/** Graphs and data by path; manifest and report tell of the source, too. */
type Hashes = Readonly<Record<string, string>>
const isData = (path: string) => /\.onnx$|\.(?:data|scales)\.\d+$/.test(path)
const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

let wanted: Hashes
beforeAll(async () => {
  const sink = new MemorySink()
  const files = new DirectoryFiles(checkpoint)
  await buildBundle(files, sink, { dtype: 'q4' })
  await files.close()
  wanted = Object.fromEntries([...sink.files].filter(([path]) => isData(path)).map(([path, b]) => [path, hash(b)]))
})

describe('a build from a hub', () => {
  it.each<[string, Partial<HubHabits>, number[]]>([
    ['that gives everything', {}, []],
    ['with one 403 in its midst', { forbidden: 1 }, [403]],
    ['that limits requests', { limited: 2, limitS: 1 }, [429, 429]],
  ])('%s ends in the same bytes', async (_, habits, refused) => {
    const hub = await hubWith(habits)
    const source = new HttpFiles(hub.url())
    const files = new ReadAheadFiles(source, { pieceBytes: 256 * 1024 })
    const sink = new MemorySink()
    await buildBundle(files, sink, { dtype: 'q4' })
    await files.close()
    for (const [path, sha256] of Object.entries(wanted))
      expect(hash(sink.files.get(path) ?? new Uint8Array())).toBe(sha256)
    expect(hub.refused.filter((status) => status !== 404)).toEqual(refused)
    expect(source.requests).toBe(hub.resolves)
    expect(hub.referrers).toEqual([])
  })

  it('whose signatures run out while it is slow, and are late to be renewed, ends in the same bytes', async () => {
    const trickle = { bytes: 16_384, pauseMs: 10 }
    const hub = await hubWith({ signatureMs: 250, lateMs: 400, trickle })
    const files = new ReadAheadFiles(new HttpFiles(hub.url()), { pieceBytes: 128 * 1024, parallel: 2 })
    const sink = new MemorySink()
    await buildBundle(files, sink, { dtype: 'q4' })
    await files.close()
    for (const [path, sha256] of Object.entries(wanted))
      expect(hash(sink.files.get(path) ?? new Uint8Array())).toBe(sha256)
    expect(hub.refused).toContain(403)
  })
})

it('asks a hub for a revision whose name holds slashes, and hears which it does not have', async () => {
  const hub = await hubWith({ revisions: ['main', 'refs/pr/3'] })
  const open = (revision: string) => new HttpFiles(checkpointAddress(hub.url(revision))).open('config.json')
  expect(await open('refs/pr/3')).toBeDefined()
  await expect(open('new/heads')).rejects.toMatchObject({
    code: 'no-such-revision',
    message: expect.stringContaining('“new/heads”'),
  })
})

describe('videmo build', () => {
  function videmo(args: readonly string[]) {
    return new Promise<{ readonly status: number; readonly stdout: string; readonly stderr: string }>((resolve) => {
      const all = ['--import', 'tsx', 'cli/main.ts', 'build', '--dtype', 'q4', '--no-check', ...args]
      const child = execFile(process.execPath, all, { cwd: root }, (_, stdout, stderr) =>
        resolve({ status: child.exitCode ?? -1, stdout, stderr }),
      )
    })
  }

  it('waits as long as the hub asks, says so, passes over a 403, and ends in the same bytes', async () => {
    const hub = await hubWith({ limited: 1, limitS: 2, forbidden: 1, answeredFirst: 6 })
    const out = join(folder, 'bundle')
    const { status, stdout } = await videmo(['--checkpoint', `${hub.url()}config.json`, '--out', out, '--json'])
    expect(status).toBe(0)
    const lines = stdout.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
    expect(lines.filter(({ kind }) => kind === 'server-wait')).toEqual([
      { kind: 'server-wait', seconds: 2 },
      { kind: 'server-wait', seconds: 0 },
    ])
    expect(lines.at(-1)).toMatchObject({ kind: 'result', origin: hub.url(), requests: hub.resolves })
    const made = readdirSync(out).filter(isData)
    expect(Object.fromEntries(made.map((path) => [path, hash(readFileSync(join(out, path)))]))).toEqual(wanted)
  })

  it.each([
    ['no-such-model', 'RepoNotFound', /no model of this name, or it is private/],
    ['gated', 'GatedRepo', /accepted its terms/],
    ['no-such-revision', 'RevisionNotFound', /no branch, tag or commit “main”/],
  ] as const)('names a refusal: %s', async (code, refusal, said) => {
    const hub = await hubWith({ refusal })
    const { status, stderr } = await videmo(['--checkpoint', hub.url(), '--out', join(folder, code)])
    expect([status, stderr]).toEqual([1, expect.stringContaining(`[${code}]`)])
    expect(stderr).toMatch(said)
    expect(stderr).not.toContain('CORS')
    expect(hub.resolves).toBe(1)
  })
})
