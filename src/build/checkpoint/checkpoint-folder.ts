import { CheckpointError } from '../../base/errors.ts'

/** Deep enough for the cache of the hub's own tools: `hub/models--OWNER--NAME/snapshots/HASH/config.json`. */
export const deepestCheckpoint = 4
/** Folders that hold no checkpoints: version control, installed packages, and a cache's own storage. */
const skipped = new Set(['.git', '.cache', 'blobs', 'refs', 'node_modules', '__pycache__'])
/** How many names a message lists. */
const named = 8

const weights = /\.safetensors$|^model\.safetensors\.index\.json$/
/** Weights of other kinds. A folder with them is accepted here, so that opening it reports the kind. */
const foreignWeights = /\.(?:gguf|bin|pt|pth|ckpt|h5|msgpack|onnx)$/

/** Whether a folder may hold a checkpoint, or a folder of one. */
export function mayHoldCheckpoint(folder: string): boolean {
  return !skipped.has(folder)
}

/**
 * The folder of a checkpoint among the files of a chosen folder: the folder itself, or one below it if a parent of a
 * clone or a folder of the hub's cache was chosen. Of several snapshots in a cache, the one that `main` names counts.
 *
 * @param name of the chosen folder, for messages
 * @param paths of the files below it, parts joined by `/`
 * @param readText of one of these files
 * @returns a path that ends in a slash; empty for the chosen folder itself
 * @throws CheckpointError `no-checkpoint` or `several-checkpoints`, which name what is there
 */
export async function findCheckpoint(
  name: string,
  paths: Iterable<string>,
  readText: (path: string) => Promise<string | undefined>,
): Promise<string> {
  const folders = new Map<string, Set<string>>()
  for (const path of paths) {
    const parts = path.split('/')
    const file = parts.pop() ?? ''
    if (parts.length > deepestCheckpoint || !parts.every(mayHoldCheckpoint)) continue
    const folder = parts.map((part) => `${part}/`).join('')
    folders.set(folder, (folders.get(folder) ?? new Set()).add(file))
  }
  const those = (test: (files: ReadonlySet<string>) => boolean) =>
    outermost([...folders].flatMap(([folder, files]) => (test(files) ? [folder] : [])))
  const has = (files: ReadonlySet<string>, pattern: RegExp) => [...files].some((file) => pattern.test(file))
  const whole = those((files) => files.has('config.json') && has(files, weights))
  const found =
    whole.length > 0
      ? whole
      : those((files) => files.has('config.json') || has(files, weights) || has(files, foreignWeights))
  const current = await currentSnapshots(found, readText)
  if (current.length === 1) return current[0]
  throw current.length === 0 ? noCheckpoint(name, folders) : severalCheckpoints(name, current)
}

/** A name for the checkpoint in a folder: the model's name in the hub's cache, otherwise the folder's own. */
export function folderCheckpointName(chosen: string, folder: string): string {
  const parts = [chosen, ...folder.split('/').filter(Boolean)]
  const cached = parts.findLast((part) => /^models--.+--.+/.test(part))
  return cached?.split('--').slice(2).join('--') ?? parts[parts.length - 1]
}

/** Leaves out folders inside another one: they are part of that checkpoint. */
function outermost(folders: readonly string[]): string[] {
  return folders.filter((folder) => !folders.some((other) => other !== folder && folder.startsWith(other))).sort()
}

/** Leaves out all snapshots of a cached model but the one that its `main` names, if it names one of them. */
async function currentSnapshots(
  folders: readonly string[],
  readText: (path: string) => Promise<string | undefined>,
): Promise<string[]> {
  const kept: string[] = []
  for (const folder of folders) {
    const [, model, hash] = /^((?:.*\/)?)snapshots\/([^/]+)\/$/.exec(folder) ?? []
    const siblings = folders.filter((other) => model !== undefined && other.startsWith(`${model}snapshots/`))
    const main = siblings.length > 1 ? (await readText(`${model}refs/main`))?.trim() : undefined
    const isNamed = siblings.some((other) => other === `${model}snapshots/${main}/`)
    if (!isNamed || hash === main) kept.push(folder)
  }
  return kept
}

function severalCheckpoints(name: string, folders: readonly string[]): CheckpointError {
  return new CheckpointError({
    code: 'several-checkpoints',
    message: `${name} holds ${folders.length} checkpoints: ${list(folders.map((folder) => folder.slice(0, -1)))}.`,
    action: 'Choose the folder of one of them.',
    subject: name,
  })
}

function noCheckpoint(name: string, folders: ReadonlyMap<string, ReadonlySet<string>>): CheckpointError {
  const own = [...(folders.get('') ?? [])]
  const inner = [
    ...new Set([...folders.keys()].filter(Boolean).map((folder) => folder.slice(0, folder.indexOf('/') + 1))),
  ]
  const there = [...inner, ...own]
  return new CheckpointError({
    code: 'no-checkpoint',
    message: `${name} holds no checkpoint: there is no config.json in it or in a folder below it. ${
      there.length === 0 ? 'It is empty' : `It holds ${list(there)}`
    }.`,
    action: 'Choose the folder that holds config.json, tokenizer.json and the .safetensors files.',
    subject: name,
  })
}

function list(names: readonly string[]): string {
  const more = names.length > named ? ` and ${names.length - named} more` : ''
  return `${names.slice(0, named).join(', ')}${more}`
}
