/** How far a build has come. */
export interface BuildProgress extends ProgressBytes {
  /** The weight that is being written. */
  readonly weight: string
}

/** Bytes of the checkpoint that have been processed, and that the build needs in all. */
export interface ProgressBytes {
  readonly doneBytes: number
  readonly totalBytes: number
}

/** Counts the values that a build reads, each once, and reports them as bytes of the checkpoint. */
export class ProgressMeter {
  /** The weight that is being written. */
  weight = ''
  private doneValues = 0

  /** @param bytesPerValue of the checkpoint's dtype */
  constructor(
    private readonly totalValues: number,
    private readonly bytesPerValue: number,
    private readonly onProgress?: (progress: BuildProgress) => void,
  ) {}

  get bytes(): ProgressBytes {
    return { doneBytes: this.doneValues * this.bytesPerValue, totalBytes: this.totalValues * this.bytesPerValue }
  }

  /** Sets the count to what an earlier build has done. */
  resumeAt(doneBytes: number): void {
    this.doneValues = doneBytes / this.bytesPerValue
  }

  advance(values: number): void {
    this.doneValues += values
    this.onProgress?.({ ...this.bytes, weight: this.weight })
  }
}
