import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, preview } from 'vite'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface StoriesSite {
  /** Of the page that tells stories. */
  readonly address: string
  close(): Promise<void>
}

/**
 * Builds the page that tells stories and serves it: built, it loads at once, and its styles stand in the order in which
 * a visitor gets them.
 *
 * @param name of the build's own folder, so that two runs keep apart
 */
export async function serveStories(name: string): Promise<StoriesSite> {
  const outDir = join(root, '.cache/stories', name)
  const input = join(root, 'src/app/testing/stories.html')
  const base = '/'
  await build({
    root,
    base,
    logLevel: 'error',
    build: { outDir, emptyOutDir: true, manifest: false, rolldownOptions: { input: { stories: input } } },
  })
  const server = await preview({ root, base, logLevel: 'error', build: { outDir }, preview: { port: 0 } })
  const [local] = server.resolvedUrls?.local ?? []
  if (!local) throw new Error('the stories are served at no address')
  return { address: `${local}src/app/testing/stories.html`, close: () => server.close() }
}
