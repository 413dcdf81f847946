import type { VidemoError } from '../../base/errors.ts'
import { fatalCodes } from '../../readers/worker/client.ts'
import { isolatedName as shown } from '../shown-name.ts'
import type { Store } from '../store.ts'
import type { NamedFile, QueuedFile } from './queued-file.ts'
import type { SessionState } from './session-state.ts'
import { words } from './words.ts'

type Progress = QueuedFile['progress']

/** Whether there is a file that would be read next. */
export function hasWaiting({ queue }: Pick<SessionState, 'queue'>): boolean {
  return queue.some(({ progress }) => progress.state === 'waiting')
}

/** A sentence on how many files were read, and before it why the last one was not, if it failed. */
export function queueSummary(queue: readonly QueuedFile[]): string {
  const read = queue.filter(({ progress }) => progress.state === 'read').length
  const all = read === queue.length ? words.allRead(read) : words.someRead(read, queue.length)
  const last = queue.at(-1)
  return last?.progress.state === 'failed' ? `${failureText(last.name, last.progress.error)} ${all}` : all
}

function failureText(name: string, { message }: VidemoError): string {
  return words.fileFailed(shown(name), message)
}

/** Opens a file of the queue and reads it. */
export type OpenFile = (
  file: NamedFile,
  how: {
    /** A person asked for it now; otherwise it follows by itself. */
    readonly isAsked: boolean
    /** It was chosen alone, and the list of those before goes with them. */
    readonly isAlone: boolean
  },
) => Promise<void>

/**
 * Files that are read one after the other. The one being read is the page's source; a file that cannot be read is noted
 * with its error, and the next one begins. Stopping holds the queue.
 */
export class FileQueue {
  private numbers = 0

  constructor(
    private readonly store: Store<SessionState>,
    private readonly open: OpenFile,
  ) {}

  /**
   * Takes the files that were chosen: one alone is opened at once, and takes over from what is being read; several, and
   * any that are chosen while there is a queue, are read in their order.
   */
  async take(files: readonly NamedFile[]): Promise<void> {
    const [first] = files
    if (!first) return
    const queue = this.items
    const isRead = queue.some(({ progress }) => progress.state === 'reading')
    const isOpen = isRead || hasWaiting(this.store.get())
    if (!isOpen && files.length === 1) {
      await this.open(first, { isAsked: true, isAlone: true })
      return
    }
    const added = files.map(({ file, name }) => ({
      id: this.numbers++,
      file,
      name,
      progress: { state: 'waiting' } as const,
    }))
    this.items = [...(isOpen ? queue : []), ...added]
    if (isRead) {
      const what = added.length === 1 ? shown(added[0].name) : words.fileCount(added.length)
      this.store.update({ announcement: words.filesAdded(what) })
    } else await this.next(true)
  }

  /** Opens the first file that waits; false where there is none. */
  async next(isAsked: boolean): Promise<boolean> {
    const next = this.items.find(({ progress }) => progress.state === 'waiting')
    if (next) await this.open(next, { isAsked, isAlone: false })
    return next !== undefined
  }

  /** Whether it is one of several. */
  has(file: Blob): boolean {
    return this.items.length > 1 && this.items.some((item) => item.file === file)
  }

  /** Notes that this file cannot be opened, and goes on with the next one; what is being read stays. */
  async refuse(file: Blob, error: VidemoError, isAsked: boolean): Promise<void> {
    if (!this.items.some((item) => item.file === file)) return
    this.mark(file, { state: 'failed', error })
    const isAnyRead = this.items.some(({ progress }) => progress.state === 'reading')
    if (!(await this.next(isAsked)) && !isAnyRead) this.summarize()
  }

  /** Notes that this file is being read, for the first time or again. */
  begin(file: Blob): void {
    const index = this.items.findIndex((item) => item.file === file)
    if (index < 0) return
    const item = this.items[index]
    const before = this.items[index - 1]?.progress
    const failed = before?.state === 'failed' ? `${failureText(this.items[index - 1].name, before.error)} ` : ''
    this.mark(file, { state: 'reading' })
    this.store.update({
      announcement: `${failed}${words.fileBegins(index + 1, this.items.length, shown(item.name))}`,
    })
  }

  /** Notes how this file ended, if it was being read; returns whether the next one follows. */
  end(file: Blob, progress: Progress): boolean {
    const isRead = this.items.some((item) => item.file === file && item.progress.state === 'reading')
    if (!isRead) return false
    this.mark(file, progress)
    return progress.state === 'read' || progress.state === 'failed'
  }

  /** The reading on show is over: notes how it ended, and goes on with the next file unless a person ended it. */
  leave(): void {
    const { source, run } = this.store.get()
    if (source?.kind !== 'file') return
    if (run.state === 'over' && run.reason === 'ended') this.finish(source.file, { state: 'read' })
    // Without a model the next file would fail like this one.
    else if (run.state === 'failed' && !fatalCodes.has(run.error.code)) {
      this.finish(source.file, { state: 'failed', error: run.error })
    } else this.hold()
  }

  /** Notes how this file ended, and opens the next one that waits. */
  finish(file: Blob, progress: Progress): void {
    if (!this.end(file, progress)) return
    if (hasWaiting(this.store.get())) void this.next(false)
    else this.summarize()
  }

  /** The file on show is read no further, and none follows it by itself. */
  hold(): void {
    const { source } = this.store.get()
    if (source?.kind === 'file') this.end(source.file, { state: 'stopped' })
  }

  /** Takes a file out of the list, unless it is being read. */
  remove(id: number): void {
    this.items = this.items.filter((item) => item.id !== id || item.progress.state === 'reading')
  }

  /** Takes all files out of the list. */
  empty(): void {
    this.items = []
  }

  /** Takes all files out of the list except the one that is being read. */
  clear(): void {
    this.items = this.items.filter(({ progress }) => progress.state === 'reading')
  }

  /** Announces that all files are done. */
  summarize(): void {
    if (this.items.length > 1) this.store.update({ announcement: queueSummary(this.items) })
  }

  private get items(): readonly QueuedFile[] {
    return this.store.get().queue
  }

  private set items(queue: readonly QueuedFile[]) {
    this.store.update({ queue })
  }

  private mark(file: Blob, progress: Progress): void {
    this.items = this.items.map((item) => (item.file === file ? { ...item, progress } : item))
  }
}
