/** A file below a folder, by its path with slashes; undefined where there is none. */
export async function openFile(folder: FileSystemDirectoryHandle, path: string): Promise<File | undefined> {
  return orMissing(async () => {
    const { parent, name } = await parentOf(folder, path)
    return (await parent.getFileHandle(name)).getFile()
  })
}

/** A folder inside another; undefined where there is none. */
export async function subfolder(parent: FileSystemDirectoryHandle, name: string) {
  return orMissing(() => parent.getDirectoryHandle(name))
}

/** Opens a file by its path, and creates it and its folders where they are missing. */
export async function createFile(folder: FileSystemDirectoryHandle, path: string): Promise<FileSystemFileHandle> {
  const { parent, name } = await parentOf(folder, path, { create: true })
  return parent.getFileHandle(name, { create: true })
}

/** The folder that holds a file, and the file's own name. Throws a DOMException where a folder is missing. */
export async function parentOf(
  folder: FileSystemDirectoryHandle,
  path: string,
  options?: FileSystemGetDirectoryOptions,
) {
  const parts = path.split('/')
  const name = parts.pop() ?? ''
  let parent = folder
  for (const part of parts) parent = await parent.getDirectoryHandle(part, options)
  return { parent, name }
}

/** The sum of the bytes of all files below a folder. */
export async function bytesBelow(folder: FileSystemDirectoryHandle): Promise<number> {
  let sum = 0
  for await (const handle of folder.values()) {
    sum += handle.kind === 'file' ? (await handle.getFile()).size : await bytesBelow(handle)
  }
  return sum
}

/** Runs a look-up; undefined where there is no entry of that name, or one of the other kind (file or folder). */
export async function orMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DOMException && /^(NotFound|TypeMismatch)Error$/.test(error.name)) return undefined
    throw error
  }
}
