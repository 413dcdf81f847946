import type { OutputFiles } from '../output/output-files.ts'
import type { ResumableSink } from '../output/sink.ts'
import { type Balance, exponentsOf } from '../precision/balance.ts'
import type { WeightError } from '../precision/quantization-error.ts'
import type { ProgressMeter } from '../progress.ts'
import { writeNote } from './build-notes.ts'

/** Notes in a resumable sink what has been finished, so that a later build goes on from there. */
export class BuildJournal {
  constructor(
    private readonly sink: ResumableSink,
    private readonly output: OutputFiles,
    private readonly meter: ProgressMeter,
  ) {}

  async noteBalance(mlp: string, balance: Balance): Promise<void> {
    await this.sink.note(writeNote({ ...this.meter.bytes, kind: 'balance', mlp, exponents: exponentsOf(balance) }))
  }

  /** Call it when the weight has been written whole. @param error what quantizing it has cost */
  async noteWeight(weight: string, error: WeightError | undefined): Promise<void> {
    const files = this.output.takeGrown()
    const note = { kind: 'weight', weight, ...this.meter.bytes, files, ...(error ? { error } : {}) } as const
    await this.sink.note(writeNote(note))
  }
}
