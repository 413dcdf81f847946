import { BundleError } from '../errors.ts'

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

/** `what` is a sentence without its full stop; `where` an address or a folder's name. */
export function notABundle(what: string, where: string, action: string): BundleError {
  return new BundleError({ code: 'not-a-bundle', message: `${what}.`, action, subject: where, recoverable: true })
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

export function wrongSize(path: string, expected: number, found: string): BundleError {
  return new BundleError({
    code: 'wrong-size',
    message: `${path} should have ${expected} bytes, but has ${found}.`,
    action: 'Copy this file again, or build the bundle again.',
    subject: path,
    recoverable: true,
  })
}

export function wrongHash(path: string): BundleError {
  return new BundleError({
    code: 'wrong-hash',
    message: `${path} is not the file that the manifest describes: its SHA-256 differs.`,
    action: 'Load it again; if that does not help, copy this file again or build the bundle again.',
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

export function networkError(path: string, message: string, cause?: unknown): BundleError {
  return new BundleError({
    code: 'network',
    message,
    action: 'Check the connection and the address. A server elsewhere must also allow requests from this site (CORS).',
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

/** A BundleError `store-…` of that problem. */
export function storeError(problem: StoreProblem, cause?: unknown): BundleError {
  return new BundleError({ ...storeProblems[problem], code: `store-${problem}`, recoverable: true, cause })
}

/** What a `store-…` error says of its store; undefined for every other error. */
export function storeProblem(error: unknown): StoreProblem | undefined {
  if (!(error instanceof BundleError)) return undefined
  return (Object.keys(storeProblems) as StoreProblem[]).find((problem) => error.code === `store-${problem}`)
}
