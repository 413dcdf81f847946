import { createHash } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Plugin } from 'vite'

const suffix = '?gzip'
const cache = fileURLToPath(new URL('../.cache/wasm', import.meta.url))
/** What the runtime's own code would fetch if it were given no WebAssembly. */
const ownAddress = /new URL\(("ort-wasm[\w.-]+\.wasm"),\s*import\.meta\.url\)\.href/g

/**
 * `import url from 'package/file.wasm?gzip'`: the address of the file, gzipped in the build, plain on the development
 * server. Static hosts have limits a file (25 MiB), and many do not compress WebAssembly. Keeps the plain files, which
 * ONNX Runtime names in its code, out of the build, and its threads apart from the rest of the worker.
 */
export function gzippedWasm(): Plugin {
  let isBuild = false
  return {
    name: 'gzipped-wasm',
    enforce: 'pre',
    configResolved(config) {
      isBuild = config.command === 'build'
    },
    async resolveId(id, importer) {
      if (!id.endsWith(suffix)) return
      const resolved = await this.resolve(id.slice(0, -suffix.length), importer)
      return resolved && `${resolved.id}${suffix}`
    },
    async load(id) {
      if (!id.endsWith(suffix)) return
      const file = id.slice(0, -suffix.length)
      if (!isBuild) return `export { default } from ${JSON.stringify(`${file}?url`)}`
      const source = await gzipped(file)
      const asset = this.emitFile({ type: 'asset', name: `${basename(file)}.gz`, source })
      return `export default import.meta.ROLLUP_FILE_URL_${asset}`
    },
    transform(code, id) {
      if (!isBuild || !/onnxruntime-web\/dist\/ort\.[\w.]+\.mjs$/.test(id)) return
      // Its threads start from the chunk that this becomes, which would import the engine for a `require` that is none.
      return { code: `var require;${code.replace(ownAddress, '$1')}`, map: null }
    },
  }
}

/** By file: several workers of one build want the same one, at the same time. */
const underWay = new Map<string, Promise<Uint8Array>>()

function gzipped(file: string): Promise<Uint8Array> {
  const promise = underWay.get(file) ?? keptOrGzipped(file)
  underWay.set(file, promise)
  return promise
}

/** Seconds of work, which every build would do again. */
async function keptOrGzipped(file: string): Promise<Uint8Array> {
  const bytes = await readFile(file)
  const kept = join(cache, `${createHash('sha256').update(bytes).digest('hex')}.gz`)
  try {
    return await readFile(kept)
  } catch {
    const small = await promisify(gzip)(bytes, { level: 9 })
    await mkdir(cache, { recursive: true })
    // Two builds may do this at once.
    await writeFile(`${kept}.${process.pid}`, small)
    await rename(`${kept}.${process.pid}`, kept)
    return small
  }
}
