/** A host that gives no answer, and for how long it has not. */
export interface QuietHost {
  readonly host: string
  /** Whole seconds, in steps of five. */
  readonly s: number
}
