import { storeError } from './bundle-errors.ts'
import {
  BundleBlobs,
  type BundleDraft,
  type BundleNote,
  type BundleStore,
  type BundleWriter,
  checkFinished,
  type FileWriter,
  noteOf,
  type StoredBundle,
  type StoreUsage,
} from './bundle-store.ts'

/**
 * Keeps one bundle, the latest, for as long as the page or worker lives: two would not fit many devices. Blobs read
 * from the one before stay readable.
 */
export class MemoryStore implements BundleStore {
  readonly kind = 'memory'
  private bundle: StoredBundle | undefined

  async find(key: string): Promise<StoredBundle | undefined> {
    return this.bundle?.note.key === key ? this.bundle : undefined
  }

  async begin(draft: BundleDraft): Promise<BundleWriter> {
    return new MemoryWriter(draft, (bundle) => {
      this.bundle = bundle
    })
  }

  async list(): Promise<BundleNote[]> {
    return this.bundle ? [this.bundle.note] : []
  }

  async remove(key: string): Promise<void> {
    if (this.bundle?.note.key === key) this.bundle = undefined
  }

  async usage(): Promise<StoreUsage> {
    return { usedBytes: this.bundle?.note.bytes ?? 0 }
  }
}

class MemoryWriter implements BundleWriter {
  readonly finished = new Map<string, Blob>()

  constructor(
    private readonly draft: BundleDraft,
    private readonly keep: (bundle: StoredBundle) => void,
  ) {}

  async open(path: string): Promise<FileWriter> {
    // Blobs may be moved out of the heap by the browser, piece by piece.
    let pieces: Blob[] = []
    return {
      write: async (bytes) => {
        try {
          pieces.push(new Blob([bytes]))
        } catch (cause) {
          throw storeError('full', cause)
        }
      },
      close: async () => void this.finished.set(path, new Blob(pieces)),
      abort: async () => {
        pieces = []
      },
    }
  }

  async complete(): Promise<StoredBundle> {
    const { manifest } = this.draft
    checkFinished(manifest.parsed, this.finished)
    const bundle = { note: noteOf(this.draft), manifest, files: new BundleBlobs(manifest, this.finished) }
    this.keep(bundle)
    return bundle
  }

  async discard(): Promise<void> {
    this.finished.clear()
  }
}
