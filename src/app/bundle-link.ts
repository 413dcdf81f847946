import type { BundleSource } from '../readers/worker/protocol.ts'

/**
 * The address of the bundle that a link to this page names (`?bundle=ADDRESS`), made absolute; undefined where
 * the link names none or an empty one. Text that is no address is returned unchanged, and the loader reports it.
 */
export function linkedBundle(parameters: URLSearchParams, pageUrl: string): string | undefined {
  const address = parameters.get('bundle')?.trim()
  return address ? (absolute(address, pageUrl) ?? address) : undefined
}

/**
 * The host of a bundle that does not lie on the page's own origin. It is shown beside the bundle's
 * name, because the name is chosen by whoever published the bundle and proves nothing.
 */
export function foreignHost(source: BundleSource, pageUrl: string = document.baseURI): string | undefined {
  const url = 'url' in source && source.url !== undefined ? absolute(source.url, pageUrl) : undefined
  if (!url) return undefined
  const { origin, host } = new URL(url)
  return origin === new URL(pageUrl).origin ? undefined : host
}

function absolute(address: string, base: string): string | undefined {
  try {
    return new URL(address, base).href
  } catch {
    return undefined
  }
}
