import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { noticeText, packageFolder, readPackage } from './notices.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const installed = (name: string) => readPackage(join(root, 'node_modules', name))

describe('notices', () => {
  it.each([
    ['/x/node_modules/react/index.js', '/x/node_modules/react'],
    ['/x/node_modules/@huggingface/tokenizers/dist/a.js?commonjs', '/x/node_modules/@huggingface/tokenizers'],
    ['\0/x/node_modules/a/node_modules/b/c.js', '/x/node_modules/a/node_modules/b'],
    ['/x/node_modules/onnxruntime-web/dist/ort.wasm?gzip', '/x/node_modules/onnxruntime-web'],
    ['/x/src/main.tsx', undefined],
    ['\0vite/preload-helper.js', undefined],
  ])('find the package of %j', (id, folder) => {
    expect(packageFolder(id)).toBe(folder)
  })

  it('hold the text of the licence, the version and the source of what the page is made of', () => {
    const packages = ['mediabunny', 'comlink', 'react-aria-components', 'react', 'onnxruntime-web'].map(installed)
    const text = noticeText(packages)
    expect(text).toMatch(/^- mediabunny [\d.]+, MPL-2.0, https:\/\/github\.com\//m)
    expect(text).toMatch(/^- comlink [\d.]+, Apache-2.0, https:\/\/github\.com\//m)
    expect(text).toContain('Mozilla Public License')
    expect(text).toContain('Copyright (c) Microsoft Corporation')
    expect(text).toContain('Copyright (c) Meta Platforms')
    // A text that several share stands once.
    expect(noticeText([...packages, ...packages])).toBe(text)
  })

  it('name whose the face networks are, and what was changed; their licence lies beside them, too', () => {
    const text = noticeText([])
    expect(text).toContain('Copyright The MediaPipe Authors')
    expect(text).toContain('converted from TensorFlow Lite to ONNX')
    const networks = readdirSync(join(root, 'public/models/faces')).filter((name) => name.endsWith('.onnx'))
    expect(networks).toHaveLength(3)
    for (const network of networks) expect(text).toContain(network)
    const licence = readFileSync(join(root, 'public/models/faces/LICENSE.txt'), 'utf8')
    expect(licence).toBe(readFileSync(join(root, 'LICENSE'), 'utf8'))
  })

  it('refuse a package without a licence’s text', () => {
    expect(() => readPackage(join(root, 'node_modules/onnxruntime-node'))).toThrow('onnxruntime-node (MIT) has no file')
  })

  it('can be made of everything that the page and its workers import', () => {
    const shipped = importedPackages()
    expect(shipped).toEqual(
      expect.arrayContaining(['react', 'mediabunny', 'onnxruntime-web', '@huggingface/transformers']),
    )
    for (const { name, text, source } of shipped.map(installed)) {
      expect(text.length, name).toBeGreaterThan(500)
      expect(source, name).toMatch(/^https:\/\/[\w.-]+\/\S+$/)
    }
    expect(readdirSync(root)).toEqual(expect.arrayContaining(['LICENSE', 'NOTICE']))
  })
})

/** Packages that files of `src` and `workers` import at run time; what runs in Node alone is not among them. */
function importedPackages(): string[] {
  const files = ['src', 'workers'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(root, folder, file)),
  )
  const names = files
    .filter((file) => /\.tsx?$/.test(file) && !/\.(test|bench|fixture|d)\.ts$|\/(testing|assembly)\//.test(file))
    .flatMap((file) => [...readFileSync(file, 'utf8').matchAll(/^import (?!type )[^'"]*'([^'.][^']*)'/gm)])
    .map(([, specifier]) => /^(@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? '')
  return [...new Set(names)].filter((name) => !/^(node:|onnxruntime-node|webgpu$|vite|virtual:)/.test(name)).sort()
}
