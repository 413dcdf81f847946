/** A file of a bundle, in a folder, on disk or in memory. */
export interface BundleFile {
  /** Its path in the manifest. */
  readonly path: string
  readonly blob: Blob
}

/** Where a bundle is loaded from. */
export type BundleSource =
  | { readonly type: 'url'; readonly url: string }
  /** The files of a folder that the person chose, or those that a memory store kept. */
  | { readonly type: 'files'; readonly name: string; readonly files: readonly BundleFile[] }
  /** A whole bundle in this browser's storage, by its key: built here, or loaded before from `url`. */
  | { readonly type: 'stored'; readonly key: string; readonly name: string; readonly url?: string }
