import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { DirectoryFiles } from '../../cli/directory-files.ts'
import { QuantizerPool } from '../../cli/quantizer-pool.ts'
import { damageRuns } from '../../fixtures/damage.ts'
import { BuildError, CheckpointError, ConfigError } from '../base/errors.ts'
import { parseManifest } from '../manifest/manifest.ts'
import { buildBundle } from './build.ts'
import { BlobFiles } from './checkpoint/blob-files.ts'
import { MemoryFiles, tinyCheckpoint } from './checkpoint/checkpoint.fixture.ts'
import { HttpFiles } from './checkpoint/http-files.ts'
import type { BuildOptions } from './options.ts'
import { MemorySink } from './output/sink.fixture.ts'
import type { BuildProgress } from './progress.ts'

const checkpoint = fileURLToPath(new URL('../../fixtures/data/checkpoint', import.meta.url))

async function build(options: BuildOptions, sink = new MemorySink()): Promise<MemorySink> {
  const files = new DirectoryFiles(checkpoint)
  try {
    await buildBundle(files, sink, options)
  } finally {
    await files.close()
  }
  return sink
}

/** Everything but the manifest, which names the source. */
function content(sink: MemorySink): Record<string, string> {
  const entries = [...sink.files].filter(([path]) => path !== 'manifest.json')
  return Object.fromEntries(entries.map(([path, bytes]) => [path, sha256(bytes)]))
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')

describe('buildBundle', () => {
  it.each(['fp32', 'fp16', 'q8', 'q4', 'q4f16'] as const)('writes a manifest true of its files: %s', async (dtype) => {
    const sink = await build({ dtype })
    const manifest = parseManifest(sink.text('manifest.json'))
    expect(new Set(manifest.files.map(({ path }) => path))).toEqual(
      new Set([...sink.files.keys()].filter((path) => path !== 'manifest.json')),
    )
    for (const { path, bytes, sha256: expected } of manifest.files) {
      const data = sink.files.get(path) ?? new Uint8Array()
      expect([path, data.length, sha256(data)]).toEqual([path, bytes, expected])
    }
    expect(manifest.dtype).toBe(dtype)
    expect(manifest.needs.features).toEqual(dtype.endsWith('16') ? ['shader-f16'] : [])
    expect(manifest.source.architecture).toBe('Qwen2_5_VLForConditionalGeneration')
  })

  it('says in the manifest what the model reads, and on what clips it was trained', async () => {
    const plain = parseManifest((await build({ dtype: 'q4' })).text('manifest.json'))
    expect(plain).not.toHaveProperty('reads')
    // VidEmo's recipe, but for the frame budget, which the fixture's preprocessor_config.json names.
    expect(plain.video).toEqual({ framesPerSecond: 2, minFrames: 4, maxFrames: 16, maxPixels: 19_488 })
    const told = parseManifest((await build({ dtype: 'q4', reads: 'drawn-faces' })).text('manifest.json'))
    expect(told.reads).toBe('drawn-faces')
  })

  it('is the same, byte for byte, from a folder, from Blobs, over HTTP and with threads', async () => {
    const names = await readdir(checkpoint)
    const contents = await Promise.all(
      names.map(async (name) => [name, new Uint8Array(await readFile(`${checkpoint}/${name}`))] as const),
    )
    const fromFolder = await build({ dtype: 'q4' })

    const fromBlobs = new MemorySink()
    await buildBundle(new BlobFiles(new Map(contents.map(([name, bytes]) => [name, new Blob([bytes])]))), fromBlobs, {
      dtype: 'q4',
    })
    expect(content(fromBlobs)).toEqual(content(fromFolder))

    const files = new Map(contents)
    const server = createServer((request, response) => {
      const bytes = files.get((request.url ?? '').slice(1))
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '')
      if (!bytes) response.writeHead(404).end()
      else if (!range) response.end(bytes)
      else {
        const [from, to] = [Number(range[1]), Math.min(Number(range[2]), bytes.length - 1)]
        response.writeHead(206, { 'content-range': `bytes ${from}-${to}/${bytes.length}` })
        response.end(bytes.subarray(from, to + 1))
      }
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const overHttp = new MemorySink()
    await buildBundle(new HttpFiles(`http://127.0.0.1:${port}/`), overHttp, { dtype: 'q4' })
    server.close()
    expect(content(overHttp)).toEqual(content(fromFolder))

    const pool = new QuantizerPool(2)
    expect(content(await build({ dtype: 'q4', quantizer: pool }))).toEqual(content(fromFolder))
    await pool.close()
  })

  it('keeps data files within --shard-bytes, and gives a larger tensor a file of its own', async () => {
    const shardBytes = 760_000
    const sink = await build({ dtype: 'q4', shardBytes })
    const data = [...sink.files].filter(([path]) => /\.(data|scales)\.\d+$/.test(path))
    expect(data.length).toBeGreaterThan(4)
    for (const [path, bytes] of data) expect(bytes.length, path).toBeLessThanOrEqual(shardBytes)

    // The token table takes 400 x 256 x 4 bytes, and some matrices more than the limit, too.
    const small = await build({ dtype: 'fp32', shardBytes: 100_000 })
    const manifest = parseManifest(small.text('manifest.json'))
    const large = manifest.files.filter(({ path, bytes }) => /\.data\.\d+$/.test(path) && bytes > 100_000)
    expect(large.map(({ bytes }) => bytes)).toContain(409_600)
    const graph = new TextDecoder('latin1').decode(small.files.get('decoder.onnx'))
    for (const { path } of large) if (path.startsWith('decoder')) expect(graph.split(path).length, path).toBe(2)
    expect(manifest.needs.limits.maxBufferSize).toBe(Math.max(...large.map(({ bytes }) => bytes)))
  })

  it('stores a tied embedding once', async () => {
    const sink = await build({ dtype: 'q4' })
    const { files, graphs } = parseManifest(sink.text('manifest.json'))
    const decoderBytes = files
      .filter(({ path }) => graphs.decoder.data.includes(path))
      .reduce((sum, { bytes }) => sum + bytes, 0)
    // 400 x 256 at 4 bits is 51,200 bytes; the layers and norms take what two builds with other bits differ by.
    const wide = await build({ dtype: 'q4', embedBits: 8 })
    const wideManifest = parseManifest(wide.text('manifest.json'))
    const wideBytes = wideManifest.files
      .filter(({ path }) => wideManifest.graphs.decoder.data.includes(path))
      .reduce((sum, { bytes }) => sum + bytes, 0)
    expect(wideBytes - decoderBytes).toBe((400 * 256) / 2)
  })

  it('selects the bits of embedding and vision apart', async () => {
    const manifest = parseManifest((await build({ dtype: 'q4', embedBits: 8, visionBits: 16 })).text('manifest.json'))
    expect(manifest.bits).toEqual({ linear: 4, embedding: 8, vision: 16 })
  })

  it('reports every quantized weight, and gains over plain rounding in all of them', async () => {
    const sink = await build({ dtype: 'q4' })
    const report: { weights: { weight: string; snr: number; plainSnr: number }[] } = JSON.parse(
      sink.text('report.json'),
    )
    // 2 layers of 5 products, 2 blocks of 7, 2 in the merger, and the token table.
    expect(report.weights).toHaveLength(2 * 5 + 2 * 7 + 2 + 1)
    for (const { weight, snr, plainSnr } of report.weights) expect(snr, weight).toBeGreaterThan(plainSnr)
  })

  it('counts its progress up to the end', async () => {
    const events: BuildProgress[] = []
    await build({ dtype: 'q4', onProgress: (event) => events.push(event) })
    const done = events.map(({ doneBytes }) => doneBytes)
    expect(done).toEqual([...done].sort((a, b) => a - b))
    const last = events[events.length - 1]
    expect(last.doneBytes).toBe(last.totalBytes)
  })

  it('leaves nothing behind when cancelled, at whatever point', async () => {
    for (const stopAfter of [0, 1, 10, 40]) {
      const stop = new AbortController()
      const sink = new MemorySink()
      let events = 0
      if (stopAfter === 0) stop.abort()
      const options: BuildOptions = {
        dtype: 'q4',
        signal: stop.signal,
        onProgress: () => {
          if (++events === stopAfter) stop.abort()
        },
      }
      await expect(build(options, sink)).rejects.toMatchObject({ name: 'AbortError' })
      expect([sink.state, sink.files.size]).toEqual(['discarded', 0])
    }
  })

  it('leaves nothing behind when space runs out, at whatever byte', async () => {
    for (const capacity of [0, 1000, 300_000, 1_000_000, 1_700_000]) {
      const sink = new MemorySink(capacity)
      await expect(build({ dtype: 'q4' }, sink)).rejects.toMatchObject({ code: 'no-space' })
      expect([sink.state, sink.files.size]).toEqual(['discarded', 0])
    }
  })

  it('writes in blocks', async () => {
    const sink = await build({ dtype: 'fp32' })
    expect(sink.largestWrite).toBeLessThanOrEqual(2 ** 21)
  })

  it('refuses NaN weights, naming the tensor', async () => {
    const files = tinyCheckpoint({ dtype: 'F32' })
    const weights = files.get('model.safetensors') ?? new Uint8Array()
    weights.fill(0xff, weights.length - 4)
    await expect(buildBundle(new MemoryFiles(files), new MemorySink(), { dtype: 'fp32' })).rejects.toMatchObject({
      name: 'CheckpointError',
      code: 'not-finite',
      subject: expect.stringContaining('visual.'),
    })
  })

  it('refuses to quantize widths that cannot be cut into blocks, naming the field', async () => {
    const files = new MemoryFiles(tinyCheckpoint())
    await expect(buildBundle(files, new MemorySink(), { dtype: 'q4' })).rejects.toMatchObject({
      code: 'width-not-divisible',
      subject: 'config.json: hidden_size',
    })
  })

  const seeds = damageRuns
  it(`survives ${seeds} damaged checkpoints: a whole bundle, or an error of its own and nothing left`, async () => {
    const outcomes = { whole: 0, refused: 0 }
    for (let seed = 1; seed <= seeds; seed++) {
      const files = damage(tinyCheckpoint(), seed)
      const sink = new MemorySink()
      try {
        await buildBundle(new MemoryFiles(files), sink, { dtype: seed % 2 ? 'fp32' : 'fp16' })
        expect(sink.state).toBe('committed')
        parseManifest(sink.text('manifest.json'))
        outcomes.whole++
      } catch (error) {
        if (!(error instanceof CheckpointError || error instanceof ConfigError || error instanceof BuildError)) {
          throw new Error(`seed ${seed}: ${error instanceof Error ? error.stack : String(error)}`)
        }
        expect(error.subject, `seed ${seed}: ${error.message}`).toBeTruthy()
        expect(error.action).toBeTruthy()
        expect([sink.state, sink.files.size]).toEqual(['discarded', 0])
        outcomes.refused++
      }
    }
    expect(outcomes.whole).toBeGreaterThan(0)
    expect(outcomes.refused).toBeGreaterThan(seeds / 3)
  })
})

/** Flips, cuts, removes or overwrites something somewhere. */
function damage(files: Map<string, Uint8Array<ArrayBuffer>>, seed: number): Map<string, Uint8Array<ArrayBuffer>> {
  let state = seed * 2654435761
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const names = [...files.keys()]
  const name = names[random(names.length)]
  const bytes = (files.get(name) ?? new Uint8Array()).slice()
  switch (random(5)) {
    case 0:
      files.delete(name)
      return files
    case 1:
      files.set(name, bytes.slice(0, random(bytes.length)))
      return files
    case 2:
      for (let i = 0; i < 3; i++) bytes[random(bytes.length)] ^= 1 << random(8)
      break
    case 3: {
      // A digit of a header or a config, most likely.
      const at = random(Math.min(bytes.length, 2000))
      bytes[at] = 48 + random(10)
      break
    }
    default:
      bytes.fill(random(256), random(bytes.length))
  }
  files.set(name, bytes)
  return files
}

describe('the reference checkpoints', () => {
  const outlier = fileURLToPath(new URL('../../../shared/reference/data/outlier/checkpoint', import.meta.url))
  it.runIf(existsSync(outlier))('lose no bits to loud MLP channels', async () => {
    const files = new DirectoryFiles(outlier)
    const sink = new MemorySink()
    const { errors } = await buildBundle(files, sink, { dtype: 'q4' })
    await files.close()
    const downs = errors.filter(({ weight }) => weight.includes('down_proj'))
    // A loud channel would leave its neighbours with 10 to 15 dB.
    for (const { weight, snr } of downs) expect(snr ?? 0, weight).toBeGreaterThan(20)
  })
})
