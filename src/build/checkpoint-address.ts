import { CheckpointError } from '../errors.ts'

const hub = 'https://huggingface.co/'
const part = '[A-Za-z0-9][A-Za-z0-9._-]*'
const hubId = new RegExp(`^(${part})/(${part})$`)
/** A model's page, perhaps with what follows it: the tree of a revision, or one of its files. */
const hubPath = new RegExp(`^/(${part})/(${part})(?:/(?:tree|blob|resolve)/([^/]+)(?:/.*)?)?/?$`)

/**
 * The base address of a checkpoint's files, with a slash at its end: from `OWNER/NAME` or a page of the hub, or from the
 * address of a folder or of its config.json. Throws CheckpointError `bad-address`.
 */
export function checkpointAddress(text: string): string {
  const given = text.trim()
  const id = hubId.exec(given)
  if (id) return hubFiles(id[1], id[2])
  let url: URL
  try {
    url = new URL(given)
  } catch (cause) {
    throw badAddress(given, cause)
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw badAddress(given)
  if (url.origin === new URL(hub).origin) {
    const page = hubPath.exec(url.pathname)
    if (!page) throw badAddress(given)
    return hubFiles(page[1], page[2], page[3])
  }
  const folder = url.pathname.replace(/\/config\.json$/, '/')
  return `${url.origin}${folder.endsWith('/') ? folder : `${folder}/`}`
}

/** What a checkpoint at such an address is called. */
export function checkpointName(address: string): string {
  const { pathname, host } = new URL(address)
  const parts = pathname.split('/').filter(Boolean)
  const name = address.startsWith(hub) ? parts[1] : parts.at(-1)
  try {
    return decodeURIComponent(name ?? host)
  } catch {
    return name ?? host
  }
}

function hubFiles(owner: string, name: string, revision = 'main'): string {
  return `${hub}${owner}/${name}/resolve/${revision}/`
}

function badAddress(given: string, cause?: unknown): CheckpointError {
  return new CheckpointError({
    code: 'bad-address',
    message: given === '' ? 'There is no address.' : `“${given}” is not an address of a checkpoint.`,
    action: 'Give OWNER/NAME of a model on the hub, or the address of a folder that holds config.json.',
    subject: given,
    recoverable: true,
    cause,
  })
}
