import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'

const root = fileURLToPath(new URL('..', import.meta.url))

/**
 * Packages whose code Vite does not see: those of the service worker, which workbox bundles, Vite's own helpers, and what
 * `@huggingface/transformers` brings inside of its own script.
 */
const unseen = [
  ...['workbox-core', 'workbox-precaching', 'workbox-routing', 'workbox-strategies', 'vite'],
  '@huggingface/jinja',
]

/** Packages that come without the text of their licence: whose they are, by the sources' own headers. */
const holders: Readonly<Record<string, string>> = {
  'onnxruntime-web': 'Copyright (c) Microsoft Corporation',
  'onnxruntime-common': 'Copyright (c) Microsoft Corporation',
}

/** What is published beside code: the models and the media. */
const ownParts = `The sample clip, the icons and the models under models/ are this project's own, Apache-2.0, but for models/faces. The
tokenizer of the models is cut from that of Qwen2.5 (Alibaba Cloud, Apache-2.0). The models' weights were trained on, or
drawn at random for, faces that this project draws.

models/faces holds networks of others, under the Apache License 2.0 as well:

${readFileSync(join(root, 'public/models/faces/NOTICE.txt'), 'utf8').trim()}

The scripts hold the canonical face of MediaPipe's face_landmarker.task, and lists of what its networks take and give, under
the same licence.

ONNX Runtime's WebAssembly is compiled from further projects, among them Protocol Buffers, Abseil, Eigen (MPL-2.0) and
Dawn's headers; its package names none of them, its source does:
https://github.com/microsoft/onnxruntime/blob/main/ThirdPartyNotices.txt`

interface Package {
  readonly name: string
  readonly version: string
  readonly license: string
  readonly source: string
  readonly text: string
}

export interface Notices {
  /** For the page and for every worker: notes whose code is in what is built. */
  readonly collect: () => Plugin
  /** For the page alone: writes NOTICE.txt and LICENSE.txt. */
  readonly write: () => Plugin
}

/** Third parties' notices of one build, from the licence texts in node_modules. */
export function notices(): Notices {
  const folders = new Set(unseen.map((name) => join(root, 'node_modules', name)))
  return {
    collect: () => ({
      name: 'notices-collect',
      apply: 'build',
      generateBundle(_, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== 'chunk') continue
          for (const id of Object.keys(file.modules)) {
            const folder = packageFolder(id)
            if (folder) folders.add(folder)
          }
        }
      },
    }),
    write: () => ({
      name: 'notices-write',
      apply: 'build',
      enforce: 'post',
      generateBundle() {
        this.emitFile({ type: 'asset', fileName: 'NOTICE.txt', source: noticeText([...folders].map(readPackage)) })
        this.emitFile({ type: 'asset', fileName: 'LICENSE.txt', source: readFileSync(join(root, 'LICENSE'), 'utf8') })
      },
    }),
  }
}

/** Of the package that a module belongs to; undefined for this project's own. */
export function packageFolder(id: string): string | undefined {
  return /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/?]+)/.exec(id)?.[1]
}

/** Throws Error where a licence's text is missing: without it the package may not be published. */
export function readPackage(folder: string): Package {
  const { name, version, license, repository, homepage } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  )
  const file = readdirSync(folder).find((each) => /^(licen[cs]e|copying)(\.(md|txt))?$/i.test(each))
  const text = file ? readFileSync(join(folder, file), 'utf8').trim() : ownText(name, license)
  if (typeof license !== 'string') throw new Error(`${name}: package.json names no licence.`)
  return { name, version, license, text, source: sourceOf(repository) ?? homepage ?? '' }
}

function ownText(name: string, license: string): string {
  const holder = holders[name]
  if (!holder || license !== 'MIT') {
    throw new Error(`${name} (${license}) has no file with its licence: add its holder to scripts/notices.ts.`)
  }
  return `MIT License\n\n${holder}\n\n${mit}`
}

function sourceOf(repository: string | { readonly url?: string } | undefined): string | undefined {
  const url = typeof repository === 'string' ? repository : repository?.url
  if (!url) return undefined
  const plain = url
    .replace(/^git\+/, '')
    .replace(/^(git|ssh):\/\/(git@)?/, 'https://')
    .replace(/\.git$/, '')
  return /^[\w.-]+\/[\w.-]+$/.test(plain)
    ? `https://github.com/${plain}`
    : plain.replace(/^github:/, 'https://github.com/')
}

/** Sorted by name, each package once, equal texts once. */
export function noticeText(packages: readonly Package[]): string {
  const byName = packages.toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  const list = byName.map(({ name, version, license, source }) => `- ${name} ${version}, ${license}, ${source}`)
  const byText = new Map<string, string[]>()
  for (const { name, text } of byName) byText.set(text, [...new Set([...(byText.get(text) ?? []), name])])
  const texts = [...byText].map(([text, names]) => `${'='.repeat(80)}\n${names.join(', ')}\n\n${text}\n`)
  return [
    'VidEmo for the web is licensed under the Apache License 2.0: LICENSE.txt beside this file.',
    '',
    ownParts,
    '',
    'The scripts, workers and WebAssembly of this page hold code of the packages below, unchanged but for bundling and',
    'minifying. Where a licence asks for the source (MPL-2.0), it is to be had at the address named.',
    '',
    ...new Set(list),
    '',
    ...texts,
  ].join('\n')
}

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.`
