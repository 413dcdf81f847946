import { type BuildOptions, type BuildPlan, defaultShardBytes, planBundle } from '../src/build/bundle.ts'
import { oversizeWords } from '../src/build/largest-file.ts'
import type { CheckpointFiles } from '../src/build/source.ts'

/** Prints what a build would read and write, from the checkpoint's small files and headers alone. */
export async function printPlan(files: CheckpointFiles, options: BuildOptions, json: boolean): Promise<void> {
  const plan = await planBundle(files, options)
  const words = oversizeWords(plan.largestFile, options.shardBytes ?? defaultShardBytes)
  const result = { kind: 'plan', ...plan, ...(words === undefined ? {} : { oversize: words }) }
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : describePlan(files.origin, plan, words))
}

function describePlan(origin: string, plan: BuildPlan, words: string | undefined): string {
  const { tensors, parameters, sourceBytes, resultBytes, largestFile } = plan
  const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  const lines = [
    `${origin}: ${tensors} tensors, ${parameters} parameters; ${mega(sourceBytes)} to read`,
    `The bundle takes ${mega(resultBytes)}; its largest file is ${largestFile.path}, ${mega(largestFile.bytes)}.`,
    ...(words === undefined ? [] : [words]),
  ]
  return `${lines.join('\n')}\n`
}
