/**
 * Opens damaged graphs of the app's own bundle, with manifests whose hashes match them, as a hostile host might send them:
 * `tsx open-damaged-graphs.ts FROM TO` prints one line of JSON per seed. It is a process of its own because a runtime may
 * crash, and uses the build for browsers, where WebAssembly confines whatever a graph does.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as ort from 'onnxruntime-web/wasm'
import { damageBytes, generator, pick, type Random } from '../../../fixtures/damage.ts'
import { VidemoError } from '../../base/errors.ts'
import { type Manifest, parseManifest } from '../../manifest/manifest.ts'
import { createCpuSession } from '../backends/cpu/cpu-backend.ts'
import type { Ort } from '../backends/runtime.ts'
import type { BundleFiles } from '../bundle.ts'

export interface OpenedGraph {
  readonly seed: number
  readonly file: string
  /** `opened`, or the code of the error; `untyped` for an error that is none of ours. */
  readonly outcome: string
  readonly message: string
  /** Whether the same runtime still opens the whole graph. */
  readonly isAlive: boolean
}

const folder = fileURLToPath(new URL('../../../public/models/videmo-tiny', import.meta.url))
const [from, to] = process.argv.slice(2).map(Number)

ort.env.wasm.numThreads = 1
ort.env.logLevel = 'fatal'
ort.env.wasm.wasmBinary = readFileSync(
  createRequire(import.meta.url).resolve('onnxruntime-web/ort-wasm-simd-threaded.wasm'),
)
const runtime = { provider: 'cpu', ort: ort as Ort, executionProvider: 'wasm' } as const

const manifest: Manifest = parseManifest(readFileSync(join(folder, 'manifest.json'), 'utf8'))
const graph = manifest.graphs.decoder
const whole = new Map(
  [graph.graph, ...graph.data].map((path) => [path, new Uint8Array(readFileSync(join(folder, path)))]),
)

/** Replaces a digit, mostly of a weight's offset in its file, so that the graph can still be parsed. */
function damageDigit(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes)
  const digits = [...copy.keys()].filter((at) => copy[at] >= 48 && copy[at] <= 57)
  copy[pick(digits, random)] = 48 + random(10)
  return copy
}

/** Replaces a byte that holds a small number: of a type, a dimension, a length or an attribute. */
function damageNumber(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = Uint8Array.from(bytes)
  const small = [...copy.keys()].filter((at) => copy[at] < 32)
  copy[pick(small, random)] = random(128)
  return copy
}

async function open(files: ReadonlyMap<string, Uint8Array>): Promise<void> {
  const source: BundleFiles = { read: async (path) => Uint8Array.from(files.get(path) ?? []) }
  const session = await createCpuSession(runtime, source, graph)
  await session.release()
}

for (let seed = from; seed < to; seed++) {
  const random = generator(seed)
  // Mostly the graph itself is damaged: data files contain only numbers.
  const file = random(5) > 0 ? graph.graph : pick(graph.data, random)
  const damage = file === graph.graph ? pick([damageBytes, damageDigit, damageNumber], random) : damageBytes
  const damaged = new Map([...whole, [file, damage(whole.get(file) ?? new Uint8Array(), random)]])
  const error: unknown = await open(damaged).then(
    () => undefined,
    (reason: unknown) => reason,
  )
  const outcome = error === undefined ? 'opened' : error instanceof VidemoError ? error.code : 'untyped'
  const message = error instanceof Error ? error.message.slice(0, 200) : ''
  const isAlive = await open(whole).then(
    () => true,
    () => false,
  )
  console.log(JSON.stringify({ seed, file, outcome, message, isAlive } satisfies OpenedGraph))
  if (!isAlive) break
}
