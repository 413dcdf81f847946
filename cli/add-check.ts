import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { BuildError } from '../src/base/errors.ts'
import { nodeCpuRuntime } from '../src/engine/backends/cpu/node-runtime.ts'
import { openBundle } from '../src/engine/bundle.ts'
import { expectedCheck } from '../src/engine/checks/check-verdict.ts'
import { checkInput, runCheck } from '../src/engine/checks/self-check.ts'
import type { Manifest } from '../src/manifest/manifest.ts'
import { BundleDirectory } from './bundle-directory.ts'

/**
 * Runs the fixed input through ONNX Runtime's CPU provider and stores what it gives in the manifest.
 *
 * @param computed a bundle of the same weights that gives the expected logits, where `folder` itself should not
 * @returns each step and its tokens, in words
 * Throws BuildError `not-finite`.
 */
export async function addCheck(folder: string, computed = folder): Promise<readonly string[]> {
  const { manifest } = await openBundle(new BundleDirectory(folder))
  const bundle = await openBundle(new BundleDirectory(computed))
  const input = checkInput(bundle)
  const logits = await runCheck(await nodeCpuRuntime(), bundle, input)
  if (!logits.every((each) => each.every(Number.isFinite))) {
    throw new BuildError({
      code: 'not-finite',
      message: `${folder} was built, but gives logits that are not finite.`,
      action: 'Build it with --dtype q4 or fp32; if that helps, report which checkpoint this is.',
      subject: folder,
    })
  }
  const checked: Manifest = { ...manifest, check: expectedCheck(input, logits), checkedBy: 'onnxruntime-node' }
  const path = join(folder, 'manifest.json')
  await writeFile(`${path}.new`, `${JSON.stringify(checked, null, 1)}\n`)
  await rename(`${path}.new`, path)
  return input.steps.map(({ name, ids }) => `${name} ${ids.length}`)
}
