import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { findPreset } from '../../src/affect/stages.ts'
import { nodeCpuRuntime } from '../../src/engine/backends/cpu/node-runtime.ts'
import { type BundleFiles, openBundle } from '../../src/engine/bundle.ts'
import { bannedIds } from '../../src/engine/update.ts'
import { BundleDirectory } from '../bundle-directory.ts'
import { ClipReader, type StageAnswers } from './clip-reader.ts'
import { FrameSource, readRecipe } from './score-frames.ts'

const embedded = fileURLToPath(new URL('../../public/models/videmo-tiny', import.meta.url))
/** Longer than any answer that ends by itself. */
const maxTokens = 160

/** The embedded bundle, whose files name these end tokens and no others. */
class EndingWith extends BundleDirectory {
  constructor(private readonly eos: unknown) {
    super(embedded)
  }

  override async read(path: string): Promise<Uint8Array> {
    const bytes = await super.read(path)
    if (path !== 'config.json' && path !== 'generation_config.json') return bytes
    return new TextEncoder().encode(
      JSON.stringify({ ...JSON.parse(new TextDecoder().decode(bytes)), eos_token_id: this.eos }),
    )
  }
}

async function read(
  files: BundleFiles,
): Promise<{ readonly answers: StageAnswers; readonly banned: readonly number[] }> {
  const bundle = await openBundle(files)
  const { frames } = new FrameSource(303, readRecipe(bundle.config.preprocessor)).clip(0)
  const reader = await ClipReader.open(await nodeCpuRuntime(), bundle, {
    stages: findPreset('reasoning').stages,
    maxTokens,
  })
  const answers = await reader.read(frames, 'attributes')
  await reader.close()
  return { answers, banned: bannedIds(bundle) }
}

it('ends answers at the end of a turn, whatever end tokens the config names', async () => {
  const right = await read(new BundleDirectory(embedded))
  const { tokenizer } = await openBundle(new BundleDirectory(embedded))
  const [imEnd, endOfText, imStart] = ['<|im_end|>', '<|endoftext|>', '<|im_start|>'].map((each) =>
    tokenizer.special(each),
  )
  expect(Object.values(right.answers).map(({ isCut }) => isCut)).toEqual([false])
  expect(right.banned).toContain(imStart)
  expect(right.banned).not.toContain(imEnd)
  for (const eos of [endOfText, imEnd, []]) {
    const found = await read(new EndingWith(eos))
    expect(found.answers, JSON.stringify(eos)).toEqual(right.answers)
    expect(found.banned, JSON.stringify(eos)).toEqual(right.banned)
  }
}, 120_000)
