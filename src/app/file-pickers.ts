import { valueWords } from './words/values.ts'

interface SaveOptions {
  readonly suggestedName: string
  readonly types: readonly { readonly description: string; readonly accept: Readonly<Record<string, string[]>> }[]
}

declare global {
  /** These exist in some browsers only, and not in TypeScript's library. */
  var showDirectoryPicker: ((options: { readonly mode: 'readwrite' }) => Promise<FileSystemDirectoryHandle>) | undefined
  var showSaveFilePicker: ((options: SaveOptions) => Promise<FileSystemFileHandle>) | undefined
}

export function canPickFolder(): boolean {
  return globalThis.showDirectoryPicker !== undefined
}

export function canPickFile(): boolean {
  return globalThis.showSaveFilePicker !== undefined
}

/** A folder to write into; undefined when the person chooses none. */
export async function pickFolder(): Promise<FileSystemDirectoryHandle | undefined> {
  return orNone(globalThis.showDirectoryPicker?.({ mode: 'readwrite' }))
}

/** A zip file to write; undefined when the person chooses none. */
export async function pickZip(suggestedName: string): Promise<FileSystemFileHandle | undefined> {
  const types = [{ description: valueWords.zip, accept: { 'application/zip': ['.zip'] } }]
  return orNone(globalThis.showSaveFilePicker?.({ suggestedName, types }))
}

async function orNone<T>(picked: Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await picked
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    throw error
  }
}
