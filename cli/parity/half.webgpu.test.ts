import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest'
import { EngineError } from '../../src/base/errors.ts'
import { buildBundle } from '../../src/build/build.ts'
import type { Dtype } from '../../src/manifest/manifest.ts'
import { DirectoryFiles } from '../directory-files.ts'
import { DirectorySink } from '../directory-sink.ts'
import { prepareCase } from './case-recipe.ts'
import { caseTitle, ownSet, referenceSets } from './cases.ts'
import { compareFloats } from './compare.ts'
import { makeLoudCheckpoint } from './loud-checkpoint.ts'
import { parity } from './parity.ts'
import { readReferenceCase } from './reference-case.ts'
import type { ExecutionProvider } from './report.ts'
import { runReplay } from './runners.ts'

const { checkpoint, cases } = ownSet()
const square = cases.find((path) => path.endsWith('square4')) ?? ''
const outliers = referenceSets().filter(({ name }) => name === 'outlier')

/** Float16 is judged by features and the turns' logits: what else a case asks would be answered for nobody. */
const options = { ep: 'dawn', forbidCpuFallback: true, turnsOnly: true } as const

/** Where there is no adapter with shader-f16 these tests say so; in CI, which installs one, that is a failure. */
async function onHalfAdapter<T>(context: TestContext, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof EngineError && error.code === 'no-adapter' && !process.env.CI) context.skip(error.message)
    throw error
  }
}

describe('float16 graphs on WebGPU in Node, every node on the GPU', () => {
  for (const dtype of ['fp16', 'q4f16'] as const) {
    it(`${dtype}, our own smallest case`, async (context) => {
      const report = await onHalfAdapter(context, () => parity({ ...options, checkpoint, case: square, dtype }))
      console.log(`${dtype}: ${report.adapter}`)
      expect(report.ok, JSON.stringify(report)).toBe(true)
    })
  }

  for (const { checkpoint: loud, cases: paths } of outliers) {
    for (const path of paths) {
      it(`q4f16, ${caseTitle(path)}`, async (context) => {
        const report = await onHalfAdapter(context, () =>
          // Penalty and growing windows are the same arithmetic, and checked in our own case.
          parity({ ...options, checkpoint: loud, case: path, dtype: 'q4f16' }),
        )
        expect(report.ok, JSON.stringify(report)).toBe(true)
      })
    }
  }
})

describe('MLP products beyond 65504', () => {
  let folder: string
  let loud: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'videmo-loud-'))
    loud = join(folder, 'checkpoint')
    await makeLoudCheckpoint(checkpoint, loud, ['model.layers.1.mlp.', 'visual.blocks.1.mlp.'])
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  async function run(from: string, dtype: Dtype, ep: ExecutionProvider, dequantized = false) {
    const bundle = join(folder, `${from === loud ? 'loud' : 'plain'}-${dtype}-${dequantized}`)
    const files = new DirectoryFiles(from)
    await buildBundle(files, await DirectorySink.open(bundle), { dtype, dequantized })
    await files.close()
    const { pixelValues, request } = await prepareCase(bundle, await readReferenceCase(square))
    const [first] = request.prompts
    const { result } = await runReplay(ep, { bundle, pixelValues, request: { ...request, prompts: [first] } })
    return { features: result.features, logits: result.answers[0].firstLogits }
  }

  async function closeness(ours: ReturnType<typeof run>, theirs: ReturnType<typeof run>) {
    const [a, b] = [await ours, await theirs]
    return [compareFloats(a.features, b.features), compareFloats(a.logits, b.logits)]
  }

  it('survive fp16', async (context) => {
    const compared = await onHalfAdapter(context, () => closeness(run(loud, 'fp16', 'dawn'), run(loud, 'fp32', 'cpu')))
    for (const { cosine, notFinite } of compared) {
      expect(notFinite).toBe(0)
      expect(cosine).toBeGreaterThanOrEqual(0.999)
    }
  })

  it('survive q4f16, and cost the other channels no bits', async (context) => {
    const ours = onHalfAdapter(context, () => run(loud, 'q4f16', 'dawn'))
    for (const { cosine, notFinite } of await closeness(ours, run(loud, 'q4f16', 'cpu', true))) {
      expect(notFinite).toBe(0)
      expect(cosine).toBeGreaterThanOrEqual(0.999)
    }
    const [loudFeatures] = await closeness(ours, run(loud, 'fp32', 'cpu'))
    const [plainFeatures] = await closeness(run(checkpoint, 'q4f16', 'dawn'), run(checkpoint, 'fp32', 'cpu'))
    expect(loudFeatures.cosine).toBeGreaterThan(plainFeatures.cosine - 0.02)
  })
})
