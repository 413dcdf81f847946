import { CheckpointError } from '../../base/errors.ts'

/** The hub's own origin; it also answers under `hf.co` and with `www.`. */
const hub = 'https://huggingface.co'
const hubHosts = ['huggingface.co', 'www.huggingface.co', 'hf.co']
const hubWithoutScheme = /^(?:www\.)?(?:huggingface\.co|hf\.co)(?=[/?#]|$)/i
/** What the hub allows in the name of an owner or a model. */
const namePattern = /^(?!.*(?:--|\.\.))\w(?:[\w.-]{0,94}\w)?$/
/** First path parts of the hub's own pages, which cannot be owners of models. */
const hubPages = new Set(
  'api blog chat collections datasets docs join learn login models new organizations papers posts pricing search settings spaces tasks'.split(
    ' ',
  ),
)
/** The one kind of revision that the hub writes with bare slashes: `refs/pr/3`, `refs/convert/parquet`. */
const slashedRevision = /^refs\/[^/]+\/[^/]+$/
/** Files of a checkpoint: the address of one means its folder. */
const checkpointFile = /\.(?:json|safetensors)$/i
/** Weights that the builder cannot read: the address of one is refused and does not mean its folder. */
const foreignWeights = /\.(?:gguf|ggml|bin|pt|pth|ckpt|h5|msgpack|onnx|tflite)$/i

const example =
  'Give OWNER/NAME of a model on the hub, such as KlingTeam/VidEmo-3B, or the https:// address of a folder that holds config.json.'

/** A folder of a model on the hub, at a revision. */
export interface HubFolder {
  readonly owner: string
  readonly name: string
  /** Name of a branch, tag or commit; may contain slashes. */
  readonly revision: string
  /** Path below the model's root; empty for the root itself. */
  readonly folder: readonly string[]
}

/**
 * The base address of a checkpoint's files. Its path ends with a slash, and its query, if it has one, belongs to every
 * file. Takes `OWNER/NAME`, any page of a model on the hub (with or without `https://`), and the address of a folder or
 * of a file in it. Throws CheckpointError `bad-address` for anything else: a guess could be another model.
 */
export function checkpointAddress(text: string): string {
  const given = text.trim()
  if (given === '') throw badAddress(given, 'There is no address.')
  // A browser would silently resolve these to another address.
  if (/\\|(?:^|\/)(?:\.|%2e){1,2}(?=[/?#]|$)/i.test(given)) throw badAddress(given)
  if (/^[\w.-]+\/[\w.-]+(?:\/|$)/.test(given) && !hubWithoutScheme.test(given)) {
    return hubAddress(hubFolderOf(given.split('/'), given), '')
  }
  const url = urlOf(hubWithoutScheme.test(given) ? `https://${given}` : given, given)
  if (url.username !== '' || url.password !== '') {
    throw badAddress(given, 'The address holds a name or a password, which no browser sends this way.')
  }
  if (isHub(url)) return hubAddress(hubFolderOf(url.pathname.slice(1).split('/'), given), url.search)
  const parts = url.pathname.split('/')
  if (foreignWeights.test(parts.at(-1) ?? '')) throw foreignFile(given)
  if (checkpointFile.test(parts.at(-1) ?? '')) parts.pop()
  const folder = parts.join('/')
  return `${url.origin}${folder.endsWith('/') ? folder : `${folder}/`}${url.search}`
}

/** The address with one, two ... more parts of its path taken into the revision's name, if they may belong to it. */
export function slashedRevisions(address: string): string[] {
  const url = new URL(address)
  if (!isHub(url)) return []
  const [owner = '', name = '', , first = '', ...folder] = url.pathname.slice(1, -1).split('/').map(decodeURIComponent)
  // A revision with slashes has been recognized already.
  if (first.includes('/')) return []
  return folder.map((_, index) => {
    const revision = [first, ...folder.slice(0, index + 1)].join('/')
    return hubAddress({ owner, name, revision, folder: folder.slice(index + 1) }, url.search)
  })
}

/** The address without its query, which may hold a key: for manifests and messages. */
export function withoutQuery(address: string): string {
  const { origin, pathname } = new URL(address)
  return `${origin}${pathname}`
}

/** The name of the checkpoint at an address. */
export function checkpointName(address: string): string {
  const url = new URL(address)
  const parts = url.pathname.split('/').filter(Boolean)
  // Mirrors of the hub use the same paths.
  return decoded(parts[2] === 'resolve' ? parts[1] : parts.at(-1)) ?? url.host
}

/** Parses the path of a hub address, or `OWNER/NAME` and what follows it. */
function hubFolderOf(path: readonly string[], given: string): HubFolder {
  // Trailing slashes are ignored, except that the part before them is then not a file.
  const parts = path.slice(0, path.findLastIndex((part) => part !== '') + 1)
  const isFolder = parts.length < path.length
  const [owner = '', model = '', view, ...rest] = parts
  // `.git` ends the address that a clone was made from; names of models cannot end so.
  const name = model.replace(/\.git$/, '')
  if (!namePattern.test(owner) || !namePattern.test(name) || hubPages.has(owner.toLowerCase())) throw badAddress(given)
  if (view === undefined) return { owner, name, revision: 'main', folder: [] }
  if (!['tree', 'blob', 'resolve', 'raw'].includes(view)) throw badAddress(given)
  const names = rest.map(decoded)
  const known = names.filter((each): each is string => each !== undefined && each !== '')
  if (known.length < names.length) throw badAddress(given)
  const slashed = slashedRevision.test(known.slice(0, 3).join('/')) && !rest[0].includes('%')
  const [revision, folder] = slashed ? [known.slice(0, 3).join('/'), known.slice(3)] : [known[0], known.slice(1)]
  if (revision === undefined || /^\/|\/$|\/\/|(?:^|\/)\.{1,2}(?:\/|$)/.test(revision)) throw badAddress(given)
  if (folder.some((each) => each.includes('/') || each === '.' || each === '..')) throw badAddress(given)
  const last = folder.at(-1)
  if (last === undefined || isFolder) return { owner, name, revision, folder }
  if (foreignWeights.test(last)) throw foreignFile(given)
  // Only `blob` and `raw` addresses are always files.
  const isFile = view === 'blob' || view === 'raw' || checkpointFile.test(last)
  return { owner, name, revision, folder: isFile ? folder.slice(0, -1) : folder }
}

/**
 * The base address of a folder on the hub. Slashes in a revision are encoded, so that it stays one part of the path.
 */
function hubAddress({ owner, name, revision, folder }: HubFolder, query: string): string {
  const path = [owner, name, 'resolve', encodeURIComponent(revision), ...folder.map(encodeURIComponent), '']
  return `${hub}/${path.join('/')}${query}`
}

function isHub({ protocol, hostname, port }: URL): boolean {
  return /^https?:$/.test(protocol) && port === '' && hubHosts.includes(hostname)
}

function urlOf(text: string, given: string): URL {
  let url: URL
  try {
    url = new URL(text)
  } catch (cause) {
    throw badAddress(given, undefined, cause)
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw badAddress(given)
  return url
}

/** The decoded part; undefined for an absent one or invalid percent-encoding. */
function decoded(part: string | undefined): string | undefined {
  if (part === undefined) return undefined
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

function badAddress(given: string, what?: string, cause?: unknown): CheckpointError {
  return new CheckpointError({
    code: 'bad-address',
    message: what ?? `“${given}” is not an address of a checkpoint.`,
    action: example,
    subject: given,
    recoverable: true,
    cause,
  })
}

function foreignFile(given: string): CheckpointError {
  return badAddress(given, `“${given}” is a file of a kind that cannot be built from; .safetensors files can.`)
}
