import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CLIError } from './options.ts'

/** Makes the folder that `--out` names, if it is not there. Throws CLIError for what cannot be one. */
export async function makeOutFolder(out: string): Promise<void> {
  if (out.trim() === '') throw new CLIError('--out: give the folder to write into.')
  try {
    await mkdir(out, { recursive: true })
  } catch (cause) {
    throw new CLIError(`--out ${out}: ${whyNot(cause)}; give a folder to write into.`)
  }
}

/** Looks, before hours of work, whether `--out` can be a file. Throws CLIError. */
export async function requireOutFile(out: string): Promise<void> {
  const isFolder = (path: string) =>
    stat(path).then(
      (stats) => stats.isDirectory(),
      () => false,
    )
  if (out.trim() === '' || (await isFolder(out))) {
    throw new CLIError(`--out ${out}: ${out.trim() === '' ? 'no name' : 'this is a folder'}; give the name of a file.`)
  }
  if (!(await isFolder(dirname(out)))) {
    throw new CLIError(
      `--out ${out}: there is no folder ${dirname(out)}; give the name of a file in one that is there.`,
    )
  }
}

function whyNot(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  switch (code) {
    case 'EEXIST':
      return 'this is a file'
    case 'ENOTDIR':
      return 'a part of this path is a file'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'there is no permission to make a folder here'
    default:
      return `no folder can be made here (${code || String(cause)})`
  }
}
