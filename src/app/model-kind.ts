import type { Manifest } from '../manifest/manifest.ts'
import type { BundleSource } from '../readers/worker/protocol.ts'
import { foreignHost } from './bundle-link.ts'
import type { Source } from './session/session-state.ts'
import { isolatedName } from './shown-name.ts'

/** Whether a bundle's weights are random: then it is built from the project's own fixture. */
export function isPlaceholder({ source }: Pick<Manifest, 'source'>): boolean {
  return source.origin.startsWith('fixtures/')
}

/** Whether a bundle's model was trained on drawn faces alone. */
export function readsDrawnFaces({ reads }: Pick<Manifest, 'reads'>): boolean {
  return reads === 'drawn-faces'
}

/** Whether the source shows a face that this project drew. */
export function isDrawn(source: Source): boolean {
  return source.kind === 'drawn' || (source.kind === 'file' && source.isSample)
}

/** The last part of a bundle's address. */
export function bundleName(url: string): string {
  const parts = new URL(url).pathname.split('/').filter(Boolean)
  return decodeURIComponent(parts.at(-1) ?? new URL(url).host)
}

/** What a bundle is called before its manifest is known; text that is no address is returned unchanged. */
export function sourceName(source: BundleSource): string {
  if (source.type !== 'url') return isolatedName(source.name)
  try {
    return bundleName(source.url)
  } catch {
    return source.url
  }
}

/** The name of a bundle, and the host that it comes from where that is not the page's own. */
export function placedName(source: BundleSource, name = sourceName(source)): string {
  const host = foreignHost(source)
  return host === undefined || host === name ? name : `${name} from ${host}`
}
