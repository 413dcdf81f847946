import { createHash } from 'node:crypto'

/**
 * Some hosts answer `/videmo` with the page itself instead of sending the browser to `/videmo/`; the page's relative
 * addresses would then look for everything one folder too high. This script, the first in the page, goes to the right
 * address, once: a host that sends the browser back must not make a circle of it. An address that ends in a file's name
 * is right as it is.
 */
const source = `
const { pathname } = location
try {
  if (pathname.endsWith('/')) sessionStorage.removeItem('videmo:slash')
  else if (!/\\/(index|[^/]*\\.html?)$/i.test(pathname) && sessionStorage.getItem('videmo:slash') !== pathname) {
    sessionStorage.setItem('videmo:slash', pathname)
    const address = new URL(location.href)
    address.pathname += '/'
    location.replace(address)
  }
} catch {}
`

/** In braces, so that its names stay its own. */
export const slashRedirect = `{${source}}`

/** By which a content policy lets just this script run in the page. */
export const slashRedirectHash = `'sha256-${createHash('sha256').update(slashRedirect).digest('base64')}'`
