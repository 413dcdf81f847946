import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildBundle } from '../src/build/build.ts'
import { encodeSafetensors, encodeValues, type FixtureTensor } from '../src/build/checkpoint/checkpoint.fixture.ts'
import { openCheckpoint } from '../src/build/checkpoint/checkpoint.ts'
import { MemorySink } from '../src/build/output/sink.fixture.ts'
import { parseManifest } from '../src/manifest/manifest.ts'
import { DirectoryFiles } from './directory-files.ts'
import { ownSet } from './parity/cases.ts'
import { parity } from './parity/parity.ts'

const { checkpoint, cases } = ownSet()
const square = cases.find((path) => path.endsWith('square4')) ?? ''

/** Our own checkpoint as other tools would have written it. */
describe('a checkpoint in another guise', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'videmo-guise-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function write(
    name: string,
    options: {
      readonly dtype: 'BF16' | 'F16' | 'F32'
      readonly rename?: (name: string) => string
      readonly config?: (config: Record<string, unknown>) => Record<string, unknown>
      readonly untied?: boolean
    },
  ): Promise<string> {
    const out = join(folder, name)
    await mkdir(out)
    for (const file of await readdir(checkpoint)) {
      if (file.endsWith('.json') && !file.startsWith('model.')) await cp(join(checkpoint, file), join(out, file))
    }
    const config: Record<string, unknown> = JSON.parse(await readFile(join(checkpoint, 'config.json'), 'utf8'))
    await writeFile(join(out, 'config.json'), JSON.stringify(options.config?.(config) ?? config))
    const files = new DirectoryFiles(checkpoint)
    const source = await openCheckpoint(files)
    const tensors: FixtureTensor[] = []
    for (const each of source.names) {
      const { shape } = source.tensor(each)
      const data = encodeValues(await source.read(each), options.dtype)
      tensors.push({ name: options.rename?.(each) ?? each, dtype: options.dtype, shape, data })
      if (options.untied && each === 'model.embed_tokens.weight') {
        tensors.push({ name: 'lm_head.weight', dtype: options.dtype, shape, data })
      }
    }
    await files.close()
    await writeFile(join(out, 'model.safetensors'), encodeSafetensors(tensors))
    return out
  }

  async function hashes(from: string): Promise<Record<string, string>> {
    const files = new DirectoryFiles(from)
    const sink = new MemorySink()
    await buildBundle(files, sink, { dtype: 'q4' })
    await files.close()
    const listed = parseManifest(sink.text('manifest.json')).files.filter(({ path }) => !path.endsWith('.json'))
    return Object.fromEntries(listed.map(({ path, sha256 }) => [path, sha256]))
  }

  it('newer tensor names, nested config, float32, one file: the same graphs and data, byte for byte', async () => {
    const newer = await write('newer', {
      dtype: 'F32',
      rename: (name) =>
        name.startsWith('visual.') ? `model.${name}` : name.replace(/^model\./, 'model.language_model.'),
      config: ({ vision_config, rope_scaling, rope_theta, architectures, model_type, ...rest }) => {
        const ids = Object.fromEntries(Object.entries(rest).filter(([key]) => /^(image|video|vision)_/.test(key)))
        const rope = { ...(rope_scaling as object), type: 'default', rope_type: 'default', rope_theta }
        return { architectures, model_type, vision_config, ...ids, text_config: { ...rest, rope_parameters: rope } }
      },
    })
    expect(await hashes(newer)).toEqual(await hashes(checkpoint))
  })

  it.each(['fp32', 'q4'] as const)(
    'a head of its own, equal to the embedding: the same answers in %s',
    async (dtype) => {
      const config = (tied: Record<string, unknown>) => ({ ...tied, tie_word_embeddings: false })
      const untied = await write(`untied-${dtype}`, { dtype: 'BF16', untied: true, config })
      const report = await parity({ checkpoint: untied, case: square, dtype, ep: 'cpu' })
      expect(report.ok, JSON.stringify(report)).toBe(true)
    },
  )

  it('float16: answers within what its rounding of the weights moves', async () => {
    const half = await write('half', { dtype: 'F16' })
    // bfloat16 values of this size are float16 values too, but for the smallest.
    const report = await parity({ checkpoint: half, case: square, dtype: 'fp32', ep: 'cpu' })
    expect(report.ok, JSON.stringify(report)).toBe(true)
  })
})
