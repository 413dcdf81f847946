import type { Plugin } from 'vite'

/** The hub's own address, and where it sends downloads of large files. @see https://huggingface.co/docs/hub/models-downloading */
const hubHosts = ['https://huggingface.co', 'https://*.huggingface.co', 'https://*.hf.co']

/** From where weights may be fetched: VIDEMO_WEIGHT_HOSTS, a list of sources apart by spaces, or the hub. */
export function weightHosts(env: NodeJS.ProcessEnv = process.env): readonly string[] {
  const hosts = env.VIDEMO_WEIGHT_HOSTS?.trim().split(/\s+/).filter(Boolean) ?? hubHosts
  const wrong = hosts.find((host) => !/^https?:(\/\/(\*\.)?[\w.-]+(:(\d+|\*))?\/?)?$/.test(host))
  if (wrong) throw new Error(`VIDEMO_WEIGHT_HOSTS: ${wrong} is no source such as https://example.org`)
  return hosts
}

/** What a meta element can say. */
export function contentPolicy(hosts: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
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
  const ancestors = env.VIDEMO_FRAME_ANCESTORS ?? "'self'"
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
      ],
    },
    generateBundle() {
      const source = [
        '/*',
        `  Content-Security-Policy: ${policy}; frame-ancestors ${ancestors}`,
        '  X-Content-Type-Options: nosniff',
        '  Referrer-Policy: no-referrer',
        '/assets/*',
        '  Cache-Control: public, max-age=31536000, immutable',
        '/sw.js',
        '  Cache-Control: no-cache',
        '',
      ].join('\n')
      this.emitFile({ type: 'asset', fileName: '_headers', source })
    },
  }
}
