import type { Plugin } from 'vite'
import { BuildVariableError, frameAncestors, weightHosts } from './policy-sources.ts'
import { slashRedirect, slashRedirectHash } from './slash-redirect.ts'

/** Cloudflare Pages passes over a longer line of `_headers`, and with it the policy. */
const longestLine = 2000

/** What a meta element can say. */
export function contentPolicy(hosts: readonly string[]): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'wasm-unsafe-eval' ${slashRedirectHash}`,
    "worker-src 'self'",
    ['connect-src', "'self'", ...hosts].join(' '),
    "style-src 'self'",
    "img-src 'self' blob:",
    "media-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/**
 * Writes the content policy into every built page, and as `_headers`, which several static hosts read: there it binds
 * workers as well, and says who may show the page in a frame (VIDEMO_FRAME_ANCESTORS; the page's own origin unless set).
 */
export function contentPolicyFiles(env: NodeJS.ProcessEnv = process.env): Plugin {
  const hosts = weightHosts(env)
  const policy = contentPolicy(hosts)
  const headers = headersFile(env)
  return {
    name: 'content-policy',
    apply: 'build',
    config: () => ({ define: { 'import.meta.env.VIDEMO_WEIGHT_HOSTS': JSON.stringify(hosts.join(' ')) } }),
    transformIndexHtml: {
      // After what Vite adds, so that it stands first and binds all of it.
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: policy },
          injectTo: 'head-prepend',
        },
        { tag: 'script', children: slashRedirect, injectTo: 'head-prepend' },
      ],
    },
    generateBundle() {
      this.emitFile({ type: 'asset', fileName: '_headers', source: headers })
    },
  }
}

/**
 * Headers for hosts that read such a file. Throws BuildVariableError where the policy would be longer than they read.
 *
 * @see https://developers.cloudflare.com/pages/configuration/headers/
 */
export function headersFile(env: NodeJS.ProcessEnv): string {
  const policy = contentPolicy(weightHosts(env))
  const header = `  Content-Security-Policy: ${policy}; frame-ancestors ${frameAncestors(env).join(' ')}`
  if (header.length > longestLine) {
    throw new BuildVariableError(
      `VIDEMO_WEIGHT_HOSTS and VIDEMO_FRAME_ANCESTORS: the policy would have ${header.length} characters, and hosts take ${longestLine} a line. Name fewer hosts, or one with a wildcard, as in https://*.example.org.`,
    )
  }
  return [
    '/*',
    header,
    '  X-Content-Type-Options: nosniff',
    '  Referrer-Policy: no-referrer',
    '/assets/*',
    '  Cache-Control: public, max-age=31536000, immutable',
    '/sw.js',
    '  Cache-Control: no-cache',
    '',
  ].join('\n')
}
