import { BundleError } from '../base/errors.ts'

export function badUrl(address: string, cause?: unknown): BundleError {
  return new BundleError({
    code: 'bad-url',
    message: address.trim() === '' ? 'There is no address.' : `“${address}” is not an address of a bundle.`,
    action: 'Give an address that begins with https://, or a path on this site.',
    subject: address,
    recoverable: true,
    cause,
  })
}

export function notStored(name: string): BundleError {
  return new BundleError({
    code: 'not-stored',
    message: `${name} is no longer stored in this browser; it was removed, or the browser has freed its space.`,
    action: 'Build it again, or load it from its address or folder.',
    subject: name,
    recoverable: true,
  })
}

export function missingFile(path: string, message: string): BundleError {
  return new BundleError({
    code: 'missing-file',
    message,
    action: 'Put the whole folder that the builder made there, or build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

/** `what` is a sentence without its full stop; `where` an address or a folder's name. */
export function notABundle(what: string, where: string, action: string): BundleError {
  return new BundleError({ code: 'not-a-bundle', message: `${what}.`, action, subject: where, recoverable: true })
}

export function wrongSize(path: string, expected: number, found: string): BundleError {
  return new BundleError({
    code: 'wrong-size',
    message: `${path} should have ${expected} bytes, but has ${found}.`,
    action: 'Copy this file again, or build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

/** For a file of a chosen folder or of a store. */
export function wrongHash(path: string): BundleError {
  return new BundleError({
    code: 'wrong-hash',
    message: `${path} is not the file that the manifest describes: its SHA-256 differs.`,
    action: 'Load it again; if that does not help, copy this file again or build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

/** For a file that came twice from the server with the same wrong bytes: the server's copy is wrong. */
export function wrongServerFile(path: string): BundleError {
  return new BundleError({
    code: 'wrong-hash',
    message: `The server’s ${path} is not the file that the manifest describes: two downloads were identical, and have another SHA-256.`,
    action:
      'Whoever hosts it must upload this file again, or the whole bundle; until then, loading it again will not help.',
    subject: path,
    recoverable: true,
  })
}

/** For a file that came twice from the server with different wrong bytes: the connection changes them. */
export function changedInTransit(path: string): BundleError {
  return new BundleError({
    code: 'changed-in-transit',
    message: `${path} was downloaded twice and differed each time: something between the server and this browser changes it.`,
    action: 'Try again over another connection, without a proxy or VPN, or download the folder and choose it here.',
    subject: path,
    recoverable: true,
  })
}

export function changedOnDisk(path: string): BundleError {
  return new BundleError({
    code: 'changed-on-disk',
    message: `${path} was downloaded correctly, but was twice read back differently from this device’s storage.`,
    action: 'Check this device’s disk, delete the bundle under Storage, and load it again.',
    subject: path,
    recoverable: true,
  })
}

/** For a file of which every chunk has the manifest's hash and the whole has another. */
export function contradictoryManifest(path: string): BundleError {
  return new BundleError({
    code: 'wrong-hash',
    message: `The manifest contradicts itself: every part of ${path} has the right SHA-256, but the whole file has not.`,
    action: 'Build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

export function unreadableFile(path: string, cause: unknown): BundleError {
  return new BundleError({
    code: 'unreadable-file',
    message: `${path} could not be read.`,
    action: 'Choose the folder again; a file that has changed since it was chosen cannot be read.',
    subject: path,
    recoverable: true,
    cause,
  })
}

/**
 * Why a store cannot keep a bundle: the browser has no such storage, does not let this page at it, has no room left,
 * another page is writing the same bundle, or something else.
 */
export type StoreProblem = 'missing' | 'denied' | 'full' | 'busy' | 'failed'

const storeProblems: Readonly<Record<StoreProblem, { readonly message: string; readonly action: string }>> = {
  missing: {
    message: 'This browser has no storage for files of a page.',
    action: 'Use a recent Chrome, Edge, Firefox or Safari over https to keep the model for the next visit.',
  },
  denied: {
    message: 'The browser does not let this page store files.',
    action: 'Leave private browsing, or allow this site to store data, to keep the model for the next visit.',
  },
  full: {
    message: 'There is not enough room to store the model.',
    action: 'Free some disk space, or remove a stored model, to keep this one for the next visit.',
  },
  busy: {
    message: 'Another tab is storing the same model.',
    action: 'Wait until the other tab has loaded it, then load it here.',
  },
  failed: {
    message: 'The browser could not store the model.',
    action: 'Reload the page and load the model again to keep it for the next visit.',
  },
}

/** The BundleError `store-PROBLEM`. */
export function storeError(problem: StoreProblem, cause?: unknown): BundleError {
  return new BundleError({ ...storeProblems[problem], code: `store-${problem}`, recoverable: true, cause })
}

/** The problem that a `store-…` error reports; undefined for every other error. */
export function storeProblem(error: unknown): StoreProblem | undefined {
  if (!(error instanceof BundleError)) return undefined
  return (Object.keys(storeProblems) as StoreProblem[]).find((problem) => error.code === `store-${problem}`)
}

/** A size in words, such as `2.1 GB` or `640 MB`. */
function sizeText(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.ceil(bytes / 1e6)} MB`
}

interface Shortage {
  readonly totalBytes: number
  readonly storedBytes: number
  /** Bytes that this site may still store; undefined where the browser does not tell. */
  readonly freeBytes: number | undefined
  /** Stored bundles that could be deleted, the largest first. */
  readonly others: readonly { readonly name: string; readonly storedBytes: number }[]
}

/** The BundleError `store-full` with the sizes in its message. */
export function storeFull({ totalBytes, storedBytes, freeBytes, others }: Shortage, cause?: unknown): BundleError {
  const parts = [`The model has ${sizeText(totalBytes)}`]
  if (storedBytes > 0) parts.push(`${sizeText(storedBytes)} of it are stored and kept`)
  const room = freeBytes === undefined ? 'no more' : `${sizeText(freeBytes)} more`
  parts.push(`the browser lets this site store ${room}`)
  const [largest] = others
  const action = largest
    ? `Delete ${largest.name} (${sizeText(largest.storedBytes)}) under Storage, or free disk space, to keep this one for the next visit.`
    : 'Free disk space, to keep this model for the next visit.'
  const message = `There is not enough room to store the model: ${parts.join(', ')}.`
  return new BundleError({ code: 'store-full', message, action, recoverable: true, cause })
}

/** The same error, whose action adds how many bytes are stored already and need not be fetched again. */
export function withKept(error: BundleError, storedBytes: number, totalBytes: number): BundleError {
  const kept = `${sizeText(storedBytes)} of ${sizeText(totalBytes)} are here and kept: loading it again goes on from there.`
  const { code, message, action, subject, recoverable, cause } = error
  return new BundleError({
    code,
    message,
    action: `${action} ${kept}`,
    recoverable,
    cause,
    ...(subject === undefined ? {} : { subject }),
  })
}
