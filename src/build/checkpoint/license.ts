import { CheckpointError } from '../../base/errors.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import type { CheckpointFiles } from './source.ts'

const limitBytes = 2 ** 20

/**
 * The license as the checkpoint states it: a license file beside the weights, or the metadata of its README. Undefined
 * if it states none. Throws the source's own errors.
 */
export async function readLicense(
  files: CheckpointFiles,
  signal?: AbortSignal,
): Promise<Manifest['license'] | undefined> {
  for (const name of ['LICENSE', 'LICENSE.txt', 'LICENSE.md']) {
    const text = await readSmall(files, name, signal)
    if (text !== undefined) return { text }
  }
  const readme = await readSmall(files, 'README.md', signal)
  return readme === undefined ? undefined : licenseOfReadme(readme)
}

async function readSmall(files: CheckpointFiles, name: string, signal?: AbortSignal): Promise<string | undefined> {
  const source = await files.open(name, signal).catch((error: unknown) => {
    // Some stores answer 'forbidden' for a file that does not exist.
    if (error instanceof CheckpointError && error.code === 'not-allowed') return undefined
    throw error
  })
  if (!source || source.size > limitBytes) return undefined
  return new TextDecoder().decode(await source.read(0, source.size, signal))
}

/** `license`, `license_name` and `license_link` of the metadata block that a model card begins with. */
export function licenseOfReadme(readme: string): Manifest['license'] | undefined {
  const head = /^---\r?\n([\s\S]*?)\r?\n---/.exec(readme)?.[1]
  if (head === undefined) return undefined
  const field = (name: string) => {
    const value = new RegExp(`^${name}:[ \\t]*(.*?)[ \\t]*\\r?$`, 'm').exec(head)?.[1]
    return value?.replace(/^(["'])(.*)\1$/, '$2') || undefined
  }
  const kind = field('license')
  // With "other", the other two fields hold name and link.
  const name = field('license_name') ?? (kind === 'other' ? undefined : kind)
  const link = field('license_link')
  if (name === undefined && link === undefined) return undefined
  return { ...(name === undefined ? {} : { name }), ...(link === undefined ? {} : { link }) }
}
