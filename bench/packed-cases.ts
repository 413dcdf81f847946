import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DirectoryFiles } from '../cli/directory-files.ts'
import { DirectorySink } from '../cli/directory-sink.ts'
import { prepareCase } from '../cli/parity/case-recipe.ts'
import { caseTitle, referenceSets } from '../cli/parity/cases.ts'
import { draftKinds } from '../cli/parity/live-replay.ts'
import { readReferenceCase } from '../cli/parity/reference-case.ts'
import type { ReplayRequest } from '../cli/parity/replay.ts'
import { runReplay } from '../cli/parity/runners.ts'
import { encodeOutcome, type WireOutcome } from '../cli/parity/wire.ts'
import { buildBundle } from '../src/build/build.ts'
import type { Dtype } from '../src/manifest/manifest.ts'

/** A reference case as it travels to another machine: its frames and PyTorch's numbers lie in `reference`. */
export interface PackedCase {
  /** `plain/square4`. */
  readonly title: string
  readonly dtype: Dtype
  /** Folder of the bundle, relative to the folder of all cases. */
  readonly bundle: string
  /** Folder of the reference case, relative to the folder of all cases. */
  readonly reference: string
  /** What the live window is asked, where it is. */
  readonly live?: NonNullable<ReplayRequest['live']>
  /** What the processor gives for the same stored weights, decoded, in float32. */
  readonly expected: WireOutcome
}

/** Our own set in all types that a GPU computes in; others in those that a visitor loads. */
const packedDtypes = (set: string): readonly Dtype[] =>
  set === 'fixtures' ? ['q4f16', 'q4', 'fp16', 'fp32'] : ['q4f16', 'q4']

/**
 * Writes every reference case with its bundles and with what onnxruntime-node computes from the same weights in float32,
 * so that a machine without Node modules or PyTorch can hold its GPU against them. The smallest case is also run through
 * the live window, with drafts of every kind.
 */
export async function packCases(folder: string, onProgress: (text: string) => void = () => undefined): Promise<void> {
  for (const { name, checkpoint, cases } of referenceSets()) {
    for (const dtype of packedDtypes(name)) {
      onProgress(`${name}, ${dtype}`)
      const bundle = `${name}-${dtype}`
      await buildInto(join(folder, bundle), checkpoint, dtype, false)
      const decoded = join(folder, `${bundle}-decoded`)
      await buildInto(decoded, checkpoint, dtype, true)
      for (const path of cases) {
        const reference = await readReferenceCase(path)
        const { pixelValues, request } = await prepareCase(join(folder, bundle), reference)
        const { adapter, result } = await runReplay('cpu', { bundle: decoded, pixelValues, request })
        const { turns, growing } = reference.golden
        const { question } = turns[1] ?? turns[0]
        const live = {
          turns: turns.map((turn) => ({ question: turn.question, steps: turn.tokens.length })),
          growing: { question, steps: Math.max(...growing.map(({ tokens }) => tokens.length)) },
          repetitionPenalties: [1, 1.3],
          drafts: draftKinds,
        }
        const isSmallest = path.endsWith('square4') && growing.length > 0
        const packed: PackedCase = {
          title: caseTitle(path),
          dtype,
          bundle,
          reference: `${name}-${basename(path)}`,
          ...(isSmallest ? { live } : {}),
          expected: encodeOutcome(adapter, result),
        }
        const into = join(folder, `${bundle}-${basename(path)}`)
        await mkdir(into, { recursive: true })
        await cp(path, join(folder, packed.reference), { recursive: true })
        await writeFile(join(into, 'case.json'), JSON.stringify(packed))
      }
      await rm(decoded, { recursive: true, force: true })
    }
  }
}

async function buildInto(out: string, checkpoint: string, dtype: Dtype, dequantized: boolean): Promise<void> {
  const files = new DirectoryFiles(checkpoint)
  try {
    await buildBundle(files, await DirectorySink.open(out), { dtype, dequantized })
  } finally {
    await files.close()
  }
}
