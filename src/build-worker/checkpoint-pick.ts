import { findCheckpoint, folderCheckpointName } from '../build/checkpoint/checkpoint-folder.ts'
import type { CheckpointSource } from './protocol.ts'

/** A folder that the visitor chose or dropped. */
export interface ChosenFolder {
  readonly name: string
  /** Files by their path below the folder. */
  readonly files: ReadonlyMap<string, File>
}

/** The folder of a browser's dialog, whose files have paths that begin with the folder's name. */
export function folderOfFiles(files: readonly File[]): ChosenFolder {
  const paths = files.map((file) => file.webkitRelativePath || file.name)
  const [first = ''] = paths
  const slash = first.indexOf('/')
  const name = slash < 0 ? 'the chosen folder' : first.slice(0, slash)
  return { name, files: new Map(files.map((file, index) => [paths[index].slice(slash + 1), file])) }
}

/** The checkpoint in a chosen folder, or in one below it. Throws what `findCheckpoint` throws. */
export async function checkpointIn({ name, files }: ChosenFolder): Promise<CheckpointSource> {
  const readText = async (path: string) => files.get(path)?.text()
  const folder = await findCheckpoint(name, files.keys(), readText)
  const own = [...files].flatMap(([path, blob]) => {
    const file = path.slice(folder.length)
    return path.startsWith(folder) && !file.includes('/') ? [{ name: file, blob }] : []
  })
  return { type: 'folder', name: folderCheckpointName(name, folder), files: own }
}

/** The first folder among dropped items; undefined without one. Call it in the handler of the drop event. */
export function droppedFolder(items: DataTransferItemList): (() => Promise<ChosenFolder>) | undefined {
  // The items are accessible only during the event; reading the folder takes longer.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  const folder = entries.find((entry): entry is FileSystemDirectoryEntry => entry.isDirectory)
  if (!folder) return undefined
  return async () => {
    const files = new Map<string, File>()
    await walk(folder, '', files)
    return { name: folder.name, files }
  }
}

async function walk(folder: FileSystemDirectoryEntry, prefix: string, files: Map<string, File>): Promise<void> {
  const reader = folder.createReader()
  // It returns a hundred entries at a time, and none at the end.
  for (;;) {
    const entries = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (entries.length === 0) return
    for (const entry of entries) {
      const path = `${prefix}${entry.name}`
      if (isFolder(entry)) await walk(entry, `${path}/`, files)
      else if (isFile(entry)) {
        files.set(path, await new Promise<File>((resolve, reject) => entry.file(resolve, reject)))
      }
    }
  }
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile
}
