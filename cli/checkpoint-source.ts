import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, relative, resolve, sep } from 'node:path'
import { CheckpointError } from '../src/base/errors.ts'
import { checkpointAddress } from '../src/build/checkpoint/checkpoint-address.ts'
import { deepestCheckpoint, findCheckpoint, mayHoldCheckpoint } from '../src/build/checkpoint/checkpoint-folder.ts'
import { HttpFiles } from '../src/build/checkpoint/http-files.ts'
import { settledAddress } from '../src/build/checkpoint/hub-revision.ts'
import type { ServerWait } from '../src/net/quiet-time.ts'
import { DirectoryFiles } from './directory-files.ts'

/** More folders than this are not searched for a checkpoint. */
const mostFolders = 5000

/**
 * The checkpoint that is meant: an existing folder, or one below it; else a model's name or address, as the page takes
 * it. Throws CheckpointError `bad-address`, `no-checkpoint` or `several-checkpoints`.
 *
 * @param onFound told where the checkpoint is, when that is a folder below the one named
 */
export async function openCheckpointSource(
  text: string,
  onWait: (wait: ServerWait | undefined) => void,
  onFound: (folder: string) => void = () => undefined,
): Promise<DirectoryFiles | HttpFiles> {
  const kind = await kindOf(text)
  if (kind === 'folder') return new DirectoryFiles(await findDirectory(text, onFound))
  // The file that most people would name.
  if (kind === 'file' && basename(text) === 'config.json') return new DirectoryFiles(resolve(text, '..'))
  if (kind === 'file') throw notThere(text, `${text} is a file.`)
  try {
    return new HttpFiles(await settledAddress(checkpointAddress(text), { onWait }), { onWait })
  } catch (error) {
    if (!(error instanceof CheckpointError)) throw error
    throw error.code === 'bad-address' && looksLikePath(text) ? notThere(text, `There is no folder ${text}.`) : error
  }
}

async function kindOf(path: string): Promise<'folder' | 'file' | undefined> {
  const found = await stat(path).catch(() => undefined)
  if (!found) return undefined
  return found.isDirectory() ? 'folder' : 'file'
}

function looksLikePath(text: string): boolean {
  return !/^[a-z]+:\/\//i.test(text) && /^[./~\\]|[\\]|^[a-z]:|\/.*\//i.test(text)
}

/** The chosen directory, or the one below it that holds a checkpoint. */
async function findDirectory(directory: string, onFound: (folder: string) => void): Promise<string> {
  const readText = (path: string) => readFile(join(directory, path), 'utf8').catch(() => undefined)
  const found = await findCheckpoint(directory, await filesBelow(directory), readText)
  if (found === '') return directory
  const path = join(directory, found)
  onFound(path)
  return path
}

/** Files by their paths from the directory; links are followed, since the hub's cache holds nothing else. */
async function filesBelow(directory: string): Promise<string[]> {
  const paths: string[] = []
  let folders = 0
  const walk = async (folder: string, depth: number): Promise<void> => {
    if (++folders > mostFolders) return
    for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
      const path = join(folder, entry.name)
      const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && (await kindOf(path)) === 'folder')
      if (!isFolder) paths.push(relative(directory, path).split(sep).join('/'))
      else if (depth < deepestCheckpoint && mayHoldCheckpoint(entry.name)) await walk(path, depth + 1)
    }
  }
  await walk(directory, 0)
  return paths
}

function notThere(text: string, message: string): CheckpointError {
  return new CheckpointError({
    code: 'no-checkpoint',
    message,
    action:
      'Give the folder that holds config.json, OWNER/NAME of a model on the hub, such as KlingTeam/VidEmo-3B, or an https:// address.',
    subject: text,
  })
}
