import { isReadableName } from '../capture/readable-files.ts'
import type { NamedFile } from './session/queued-file.ts'

const byName = new Intl.Collator('en', { numeric: true })

/**
 * The files of a drop, in the order in which they were dropped. Of a folder, every file in it whose name is that of a
 * video or an image. Must be called while the event is handled: the browser forgets the folders afterwards.
 */
export async function droppedFiles({ items, files }: Pick<DataTransfer, 'items' | 'files'>): Promise<NamedFile[]> {
  const entries = [...items].flatMap((item) => (item.kind === 'file' ? [item.webkitGetAsEntry()] : []))
  // Some browsers give no entries at all; they cannot drop folders.
  const plain = [...files]
  if (!entries.some((entry) => entry?.isDirectory)) return plain.map(named)
  const found = await Promise.all(entries.map((entry) => (entry ? filesOf(entry, false) : [])))
  return found.flat().map(named)
}

function named(file: File): NamedFile {
  return { file, name: file.name }
}

async function filesOf(entry: FileSystemEntry, isInFolder: boolean): Promise<readonly File[]> {
  if (isFile(entry)) {
    if (isInFolder && !isReadableName(entry.name)) return []
    return [await new Promise<File>((resolve, reject) => entry.file(resolve, reject))]
  }
  if (!isFolder(entry)) return []
  const reader = entry.createReader()
  const children: FileSystemEntry[] = []
  // The browser's reader gives some entries at a time, and none when there are no more.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) break
    children.push(...some)
  }
  const sorted = children.sort((a, b) => byName.compare(a.name, b.name))
  return (await Promise.all(sorted.map((child) => filesOf(child, true)))).flat()
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}
