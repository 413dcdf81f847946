import { BundleError } from '../base/errors.ts'
import { badUrl } from './bundle-errors.ts'

/**
 * Hosts from which the built page may fetch weights, besides its own origin, as source expressions of a content security
 * policy. The page's policy has the same list in `connect-src`. Undefined on the development server and in Node, where
 * there is no policy.
 */
export const weightHosts: readonly string[] | undefined = import.meta.env?.VIDEMO_WEIGHT_HOSTS?.split(' ').filter(
  Boolean,
)

/**
 * Throws when the page's policy does not allow an address. The policy alone is not enough: it does not bind the page's
 * workers, and a request that it refuses does not tell why.
 *
 * @throws BundleError `host-not-allowed`, or `bad-url` for what cannot be the address of a bundle
 */
export function requireAllowedHost(address: string, appUrl: string, hosts = weightHosts): void {
  if (!URL.canParse(address, appUrl)) throw badUrl(address)
  const url = new URL(address, appUrl)
  if (!/^https?:$/.test(url.protocol)) throw badUrl(address)
  if (!hosts || url.origin === new URL(appUrl).origin || hosts.some((source) => matches(source, url))) return
  throw new BundleError({
    code: 'host-not-allowed',
    message: `This page may not fetch weights from ${url.host}; it was built to take them from ${hosts.join(', ') || 'its own host alone'}.`,
    action: 'Download the folder and open it from this machine, or build the page with this host allowed.',
    subject: url.origin,
  })
}

/**
 * Whether a source (`https:`, `https://example.org`, `https://*.example.org`, `http://127.0.0.1:*`) covers an address.
 * @see https://www.w3.org/TR/CSP3/#match-url-to-source-expression, of which paths are left out
 */
export function matches(source: string, { protocol, hostname, port }: URL): boolean {
  if (source === protocol) return true
  const parts = /^(https?:)\/\/(\*\.)?([^/:*]+)(?::(\d+|\*))?\/?$/.exec(source)
  if (!parts) return false
  const [, scheme, isWide, host, wantedPort] = parts
  if (scheme !== protocol) return false
  if (isWide ? !hostname.endsWith(`.${host}`) : hostname !== host) return false
  return wantedPort === '*' || (wantedPort ?? '') === port || Number(wantedPort) === (scheme === 'https:' ? 443 : 80)
}
