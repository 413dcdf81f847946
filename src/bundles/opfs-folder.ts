/** Finding one's way in the origin private file system. */

export async function openFile(folder: FileSystemDirectoryHandle, path: string): Promise<File | undefined> {
  return orMissing(async () => {
    const { parent, name } = await parentOf(folder, path)
    return (await parent.getFileHandle(name)).getFile()
  })
}

export async function subfolder(parent: FileSystemDirectoryHandle, name: string) {
  return orMissing(() => parent.getDirectoryHandle(name))
}

export async function createFile(folder: FileSystemDirectoryHandle, path: string): Promise<FileSystemFileHandle> {
  const { parent, name } = await parentOf(folder, path, { create: true })
  return parent.getFileHandle(name, { create: true })
}

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

/** Of all files below. */
export async function bytesBelow(folder: FileSystemDirectoryHandle): Promise<number> {
  let sum = 0
  for await (const handle of folder.values()) {
    sum += handle.kind === 'file' ? (await handle.getFile()).size : await bytesBelow(handle)
  }
  return sum
}

/** Undefined where the file system has nothing of that name, or nothing of that kind. */
export async function orMissing<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof DOMException && /^(NotFound|TypeMismatch)Error$/.test(error.name)) return undefined
    throw error
  }
}
