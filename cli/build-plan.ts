import { planBundle } from '../src/build/build.ts'
import type { CheckpointFiles } from '../src/build/checkpoint/source.ts'
import type { BuildOptions, BuildPlan } from '../src/build/options.ts'

/** Prints what a build would read and write, from the checkpoint's small files and headers alone. */
export async function printPlan(files: CheckpointFiles, options: BuildOptions, json: boolean): Promise<void> {
  const plan = await planBundle(files, options)
  process.stdout.write(json ? `${JSON.stringify({ kind: 'plan', ...plan })}\n` : describe(files.origin, plan))
}

function describe(origin: string, plan: BuildPlan): string {
  const { tensors, parameters, sourceBytes, resultBytes, largestFile, oversize } = plan
  const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  const lines = [
    `${origin}: ${tensors} tensors, ${parameters} parameters; ${mega(sourceBytes)} to read`,
    `The bundle takes ${mega(resultBytes)}; its largest file is ${largestFile.path}, ${mega(largestFile.bytes)}.`,
    ...(oversize === undefined ? [] : [oversize]),
  ]
  return `${lines.join('\n')}\n`
}
