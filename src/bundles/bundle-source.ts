/** A file of a bundle, wherever it lies. */
export interface BundleFile {
  /** As in the manifest. */
  readonly path: string
  readonly blob: Blob
}

export type BundleSource =
  | { readonly type: 'url'; readonly url: string }
  /** A folder the person chose, or what a memory store kept. */
  | { readonly type: 'files'; readonly name: string; readonly files: readonly BundleFile[] }
  /** What this browser keeps, whole, by its key: built here, or loaded before from `url`. */
  | { readonly type: 'stored'; readonly key: string; readonly name: string; readonly url?: string }
