import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const api = fileURLToPath(new URL('../src/embed/api.ts', import.meta.url))

/** Puts the embedding API's types beside its script. Throws when they would not stand alone. */
export function embedTypes(): Plugin {
  return {
    name: 'embed-types',
    apply: 'build',
    async generateBundle() {
      const source = await readFile(api, 'utf8')
      if (/^\s*import\b/m.test(source))
        throw new Error('src/embed/api.ts must import nothing: it is published by itself.')
      this.emitFile({ type: 'asset', fileName: 'embed/videmo.d.ts', source })
    },
  }
}
