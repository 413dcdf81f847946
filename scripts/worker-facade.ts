import type { Plugin } from 'vite'

/**
 * For workers: what is loaded later must not import the file that the worker began with. WebKit runs that file a second
 * time then, with classes and message handlers of its own, and whoever waits for an answer hangs. Such a file is moved
 * aside, everyone imports it there, and in its place a single line imports it, too.
 */
export function workerFacade(): Plugin {
  return {
    name: 'worker-facade',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((each) => each.type === 'chunk')
      for (const entry of chunks.filter(({ isEntry }) => isEntry)) {
        const importers = chunks.filter(({ imports }) => imports.includes(entry.fileName))
        if (importers.length === 0) continue
        const name = baseOf(entry.fileName)
        const aside = name.replace('.worker-', '.shared-')
        this.emitFile({
          type: 'asset',
          fileName: entry.fileName.replace(name, aside),
          source: entry.code,
        })
        entry.code = `import "./${aside}";\n`
        for (const importer of importers) importer.code = importer.code.replaceAll(`./${name}`, `./${aside}`)
      }
    },
  }
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}
