import { existsSync } from 'node:fs'
import { copyFile, cp, mkdir, open, readdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { CLIError } from '../cli/options.ts'
import { packCases } from './packed-cases.ts'
import { publishedTokenizer } from './sizes.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
/** Largest file of a packed folder. */
export const partBytes = 60e6
/** What the runtime and Dawn load, for machines that have them not. */
const libraries = ['libvulkan.so.1', 'libstdc++.so.6', 'libgcc_s.so.1']
const libraryFolders = [
  '/usr/lib/x86_64-linux-gnu',
  '/lib/x86_64-linux-gnu',
  '/usr/lib/aarch64-linux-gnu',
  '/usr/lib64',
]

/** Modules that stay files of their own: native code, and WebAssembly that is looked for beside its script. */
const packages: Readonly<Record<string, readonly string[]>> = {
  webgpu: ['package.json', 'index.js', `dist/${process.platform}-${process.arch}/dawn.node`],
  'onnxruntime-web': [
    'package.json',
    'dist/ort.webgpu.bundle.min.mjs',
    'dist/ort-wasm-simd-threaded.asyncify.mjs',
    'dist/ort-wasm-simd-threaded.asyncify.wasm',
  ],
}

/**
 * Writes a folder that checks and measures our engine on a machine of this kind without a browser, Node or a network:
 * `sh DIR/run.sh`. The weights of what is measured are made there; what is checked, the reference cases, travels along
 * with the processor's numbers. A folder that holds something else is refused with a CLIError.
 *
 * @returns bytes of all files
 */
export async function pack(folder: string, onProgress: (text: string) => void = () => undefined): Promise<number> {
  if (process.platform !== 'linux') throw new CLIError('--pack takes the runtime of this machine, which must be Linux.')
  if (existsSync(folder) && !existsSync(join(folder, 'run.sh')) && (await readdir(folder)).length > 0) {
    throw new CLIError(`--pack ${folder}: this folder holds something else.`)
  }
  await rm(folder, { recursive: true, force: true })
  const app = join(folder, 'app')
  await bundleScripts(app)
  await writeFile(join(app, 'package.json'), '{ "type": "module" }\n')
  await copyFile(publishedTokenizer(), join(app, 'tokenizer.json'))
  for (const [name, files] of Object.entries(packages)) {
    for (const file of files)
      await copyInto(join(root, 'node_modules', name, file), join(app, 'node_modules', name, file))
  }
  for (const name of ['check-q4', 'check-q4f16']) {
    await cp(join(root, 'public/models', name), join(app, 'models', name), { recursive: true })
  }
  await packCases(join(app, 'cases'), onProgress)
  await copyInto(await realpath(process.execPath), join(folder, 'runtime/node'))
  for (const name of libraries) {
    const path = libraryFolders.map((each) => join(each, name)).find(existsSync)
    if (path) await copyInto(await realpath(path), join(folder, 'lib', name))
  }
  await copyFile(join(root, 'bench/packed-run.sh'), join(folder, 'run.sh'))
  return splitLarge(folder)
}

async function bundleScripts(out: string): Promise<void> {
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    publicDir: false,
    ssr: { noExternal: true, target: 'node' },
    build: {
      ssr: true,
      target: 'node20',
      outDir: out,
      emptyOutDir: true,
      rollupOptions: {
        input: {
          packed: join(root, 'bench/packed.ts'),
          'dawn-cases': join(root, 'bench/dawn-cases.ts'),
          'dawn-measure': join(root, 'bench/dawn-measure.ts'),
          'quantizer-worker': join(root, 'cli/quantizer-worker.ts'),
        },
        external: ['webgpu', 'onnxruntime-web/webgpu'],
        output: { entryFileNames: '[name].js' },
      },
    },
  })
}

async function copyInto(from: string, to: string): Promise<void> {
  await mkdir(dirname(to), { recursive: true })
  await cp(from, to)
}

/** Cuts files that are too large into `NAME.part00` and so on; bytes of all files. */
export async function splitLarge(folder: string, most = partBytes): Promise<number> {
  let total = 0
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const { size } = await stat(path)
    total += size
    if (size <= most) continue
    const file = await open(path)
    try {
      for (let part = 0; part * most < size; part++) {
        const piece = new Uint8Array(Math.min(most, size - part * most))
        await file.read(piece, 0, piece.length, part * most)
        await writeFile(`${path}.part${String(part).padStart(2, '0')}`, piece)
      }
    } finally {
      await file.close()
    }
    await rm(path)
  }
  return total
}
