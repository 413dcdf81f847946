import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DirectoryFiles } from '../../../cli/directory-files.ts'
import { CheckpointError } from '../../base/errors.ts'
import { parseManifest } from '../../manifest/manifest.ts'
import { buildBundle, planBundle } from '../build.ts'
import { ReadAheadFiles } from '../checkpoint/read-ahead.ts'
import type { ByteSource, CheckpointFiles } from '../checkpoint/source.ts'
import type { BuildOptions, EarlierBuild } from '../options.ts'
import { MemorySink } from '../output/sink.fixture.ts'
import { MemoryFolder } from './resumable.fixture.ts'

const checkpoint = fileURLToPath(new URL('../../../fixtures/data/checkpoint', import.meta.url))

/** The fixture, whose weights' bytes are counted and stop coming after so many. */
class CountedFiles implements CheckpointFiles {
  readonly origin = 'a test'
  readBytes = 0
  private readonly files = new DirectoryFiles(checkpoint)

  constructor(
    private readonly limit = Number.POSITIVE_INFINITY,
    private readonly version = '1',
  ) {}

  async open(name: string): Promise<ByteSource | undefined> {
    const source = await this.files.open(name)
    if (!source || !name.endsWith('.safetensors')) return source
    const { size } = source
    return {
      name,
      size,
      version: this.version,
      read: async (offset, length) => {
        // Headers, and what is compared of a file's head.
        if (offset > 8) {
          if (this.readBytes + length > this.limit) {
            throw new CheckpointError({ code: 'network', message: 'Gone.', action: 'Wait.', recoverable: true })
          }
          this.readBytes += length
        }
        return source.read(offset, length)
      },
    }
  }

  close() {
    return this.files.close()
  }
}

const options: BuildOptions = { dtype: 'q4', shardBytes: 760_000 }

async function build(files: CountedFiles, folder: MemoryFolder, more: Partial<BuildOptions> = {}) {
  let earlier: EarlierBuild | undefined
  const ahead = new ReadAheadFiles(files, { pieceBytes: 65_536, budgetBytes: 2 ** 20, parallel: 2 })
  try {
    const onEarlierBuild = (found: EarlierBuild) => {
      earlier = found
    }
    await buildBundle(ahead, folder.sink(), { ...options, ...more, onEarlierBuild })
  } finally {
    await ahead.close()
  }
  return { earlier, fetchedBytes: ahead.fetchedBytes, peakBytes: ahead.peakBytes }
}

function hashes(files: ReadonlyMap<string, Uint8Array>): Record<string, string> {
  return Object.fromEntries([...files].map(([path, bytes]) => [path, createHash('sha256').update(bytes).digest('hex')]))
}

async function whole() {
  const sink = new MemorySink()
  const files = new CountedFiles()
  await buildBundle(files, sink, options)
  await files.close()
  return sink
}

describe('a build that is interrupted', () => {
  it('goes on from the last finished weight, and ends in the same bytes, wherever it was cut', async () => {
    const expected = await whole()
    const reference = new MemoryFolder()
    const { fetchedBytes: allBytes, earlier } = await build(new CountedFiles(), reference)
    expect(earlier).toEqual({ kind: 'none' })
    expect(hashes(reference.files)).toEqual(hashes(expected.files))

    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ min: 0.02, max: 0.9, noNaN: true }), { minLength: 1, maxLength: 4 }),
        async (cuts) => {
          const folder = new MemoryFolder()
          let fetched = 0
          for (const cut of cuts) {
            const files = new CountedFiles(Math.floor(cut * allBytes))
            await build(files, folder).then(
              () => expect(fetched).toBeGreaterThan(0),
              (error) => expect(error).toMatchObject({ code: 'network' }),
            )
            fetched += files.readBytes
          }
          const files = new CountedFiles()
          await build(files, folder)
          expect(hashes(folder.files)).toEqual(hashes(expected.files))
          // Again is fetched what was held or under way, and the weight in hand: no more than the budget, each time.
          expect(fetched + files.readBytes).toBeLessThanOrEqual(allBytes + cuts.length * 1.3 * 2 ** 20)
        },
      ),
      { numRuns: 12 },
    )
  })

  it('fetches nothing of what is finished', async () => {
    const folder = new MemoryFolder()
    const first = await build(new CountedFiles(), folder)
    const again = await build(new CountedFiles(), folder)
    expect(again.earlier).toMatchObject({ kind: 'resumed', doneBytes: first.fetchedBytes })
    expect(again.fetchedBytes).toBe(0)
    const plan = await planBundle(new CountedFiles(), options)
    expect(first.fetchedBytes).toBe(plan.sourceBytes)
    console.log(`    fetched ${first.fetchedBytes} bytes at first, ${again.fetchedBytes} again`)
  })

  it('counts its progress on', async () => {
    const folder = new MemoryFolder()
    await expect(build(new CountedFiles(1_500_000), folder)).rejects.toMatchObject({ code: 'network' })
    const done: number[] = []
    let total = 0
    const { earlier } = await build(new CountedFiles(), folder, {
      onProgress: ({ doneBytes, totalBytes }) => {
        done.push(doneBytes)
        total = totalBytes
      },
    })
    if (earlier?.kind !== 'resumed') throw new Error('nothing was resumed')
    expect(earlier.doneBytes).toBeGreaterThan(300_000)
    expect(done[0]).toBeGreaterThan(earlier.doneBytes)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    expect(done.at(-1)).toBe(total)
  })

  it('starts again, and says so, when the checkpoint has changed, or the options', async () => {
    const folder = new MemoryFolder()
    await expect(build(new CountedFiles(1_500_000), folder)).rejects.toMatchObject({ code: 'network' })
    const changed = await build(new CountedFiles(Number.POSITIVE_INFINITY, '2'), folder)
    expect(changed.earlier).toEqual({ kind: 'discarded', reason: 'changed' })
    expect(hashes(folder.files)).toEqual(hashes((await whole()).files))
    const other = await build(new CountedFiles(Number.POSITIVE_INFINITY, '2'), folder, { dtype: 'q8' })
    expect(other.earlier).toEqual({ kind: 'discarded', reason: 'changed' })
    expect(parseManifest(new TextDecoder().decode(folder.files.get('manifest.json'))).dtype).toBe('q8')
  })

  it('starts over, and says so, when files or notes of the earlier build are damaged', async () => {
    const expected = hashes((await whole()).files)
    const damage: ((folder: MemoryFolder) => void)[] = [
      (folder) => folder.files.get('vision.data.000')?.fill(7, 100, 101),
      (folder) => void folder.files.delete('vision.data.000'),
      (folder) => void folder.files.set('vision.scales.000', new Uint8Array(3)),
      (folder) => void folder.lines.splice(3, 1),
      (folder) => void folder.lines.splice(2, 1, '{"kind":"weight"}'),
    ]
    for (const harm of damage) {
      const folder = new MemoryFolder()
      await expect(build(new CountedFiles(1_500_000), folder)).rejects.toMatchObject({ code: 'network' })
      harm(folder)
      const { earlier } = await build(new CountedFiles(), folder)
      expect(earlier).toEqual({ kind: 'discarded', reason: 'damaged' })
      expect(hashes(folder.files)).toEqual(expected)
    }
  })

  it('ends in the same bytes whatever became of its notes and files meanwhile', async () => {
    const expected = hashes((await whole()).files)
    const begun = new MemoryFolder()
    await expect(build(new CountedFiles(2_000_000), begun)).rejects.toMatchObject({ code: 'network' })
    const harm = fc.record({
      what: fc.constantFrom('drop', 'twice', 'swap', 'cut', 'flip', 'file'),
      at: fc.double({ min: 0, max: 0.999, noNaN: true }),
      bit: fc.nat(7),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(harm, { minLength: 1, maxLength: 2 }), async (harms) => {
        const folder = new MemoryFolder()
        folder.lines = [...begun.lines]
        for (const [path, bytes] of begun.files) folder.files.set(path, bytes.slice())
        for (const { what, at, bit } of harms) damage(folder, what, at, bit)
        await build(new CountedFiles(), folder)
        expect(hashes(folder.files)).toEqual(expected)
      }),
      { numRuns: 15 },
    )
  })

  it('holds no more than its budget of the checkpoint', async () => {
    const { peakBytes, fetchedBytes } = await build(new CountedFiles(), new MemoryFolder())
    console.log(`    held at most ${peakBytes} of ${fetchedBytes} bytes`)
    expect(peakBytes).toBeLessThanOrEqual(2 ** 20)
    expect(fetchedBytes).toBeGreaterThan(3_000_000)
  })
})

function damage({ lines, files }: MemoryFolder, what: string, at: number, bit: number): void {
  const index = Math.floor(at * lines.length)
  const line = lines[index] ?? ''
  const place = Math.floor(at * line.length)
  switch (what) {
    case 'drop':
      lines.splice(index, 1)
      break
    case 'twice':
      lines.splice(index, 0, line)
      break
    case 'swap':
      lines.splice(index, 1)
      lines.push(line)
      break
    case 'cut':
      lines[index] = line.slice(0, place)
      break
    case 'flip':
      lines[index] =
        line.slice(0, place) + String.fromCharCode(line.charCodeAt(place) ^ (1 << bit)) + line.slice(place + 1)
      break
    default: {
      const bytes = [...files.values()][Math.floor(at * files.size)]
      bytes[Math.floor(at * bytes.length)] ^= 1 << bit
    }
  }
}
