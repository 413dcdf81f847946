import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { damageBytes, damageJson, damageRuns, generator, pick, type Random } from '../../fixtures/damage.ts'
import { recordFault } from '../../scripts/fault-table.ts'
import { BundleError, VidemoError } from '../base/errors.ts'
import { openBundle } from '../engine/bundle.ts'
import { type Manifest, parseManifest } from '../manifest/manifest.ts'
import { MemoryStore } from './memory-store.ts'
import { obtainBundle } from './obtain-bundle.ts'

/** The bundle that comes with the app. */
const folder = fileURLToPath(new URL('../../public/models/videmo-tiny', import.meta.url))
/** Weights are cut to this, and the manifest told so: what is tested is whether a wrong byte is seen, at any size. */
const mostBytes = 2048

type Files = Map<string, Uint8Array>

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex')
const encode = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const decode = (bytes: Uint8Array | undefined) => JSON.parse(new TextDecoder().decode(bytes))

function wholeBundle(): Files {
  const manifest: Manifest = parseManifest(readFileSync(join(folder, 'manifest.json'), 'utf8'))
  const files: Files = new Map()
  for (const { path } of manifest.files) {
    const bytes = readFileSync(join(folder, path))
    files.set(path, /\.(data|scales)\./.test(path) ? bytes.subarray(0, mostBytes) : bytes)
  }
  // The check's logits are most of the manifest; one step of them is as good as all.
  const { check } = manifest
  return described(files, { ...manifest, ...(check ? { check: { ...check, steps: check.steps.slice(-1) } } : {}) })
}

/** With a manifest that is true of the files. */
function described(files: Files, manifest: Manifest): Files {
  const listed = manifest.files.map(({ path }) => {
    const bytes = files.get(path) ?? new Uint8Array()
    return { path, bytes: bytes.length, sha256: sha256(bytes) }
  })
  return new Map([...files, ['manifest.json', encode({ ...manifest, files: listed })]])
}

/** Each leaves its bundle damaged, and says whether a load may go well all the same. */
const damages: readonly ((files: Files, random: Random) => 'must-fail' | 'may-pass')[] = [
  (files, random) => {
    const path = pick([...files.keys()], random)
    const whole = files.get(path) ?? new Uint8Array()
    const bytes = damageBytes(whole, random)
    files.set(path, bytes)
    return path !== 'manifest.json' && sha256(bytes) !== sha256(whole) ? 'must-fail' : 'may-pass'
  },
  (files, random) => {
    const manifest = decode(files.get('manifest.json'))
    damageJson(manifest, random)
    files.set('manifest.json', encode(manifest))
    return 'may-pass'
  },
  (files, random) => {
    files.set('manifest.json', damageBytes(files.get('manifest.json') ?? new Uint8Array(), random))
    return 'may-pass'
  },
  (files, random) => {
    files.delete(pick([...files.keys()], random))
    return 'must-fail'
  },
  (files, random) => {
    const [a, b] = [pick([...files.keys()], random), pick([...files.keys()], random)]
    const kept = files.get(a) ?? new Uint8Array()
    files.set(a, files.get(b) ?? kept).set(b, kept)
    return a === b ? 'may-pass' : 'must-fail'
  },
  // A hostile host: whatever is damaged, its manifest is true of it.
  (files, random) => {
    const names = [...files.keys()].filter((name) => name.endsWith('.json') && name !== 'manifest.json')
    const path = pick(names, random)
    const isText = random(2) === 0
    const value = decode(files.get(path))
    damageJson(value, random)
    files.set(path, isText ? damageBytes(files.get(path) ?? new Uint8Array(), random) : encode(value))
    const manifest = described(files, decode(files.get('manifest.json'))).get('manifest.json')
    files.set('manifest.json', manifest ?? new Uint8Array())
    return 'may-pass'
  },
]

/** Loads a bundle as the page does, up to where its graphs are handed to the runtime. */
async function load(files: Files): Promise<void> {
  const { files: blobs, manifest } = await obtainBundle(
    {
      type: 'files',
      name: 'damaged',
      files: [...files].map(([path, bytes]) => ({ path, blob: new Blob([Uint8Array.from(bytes)]) })),
    },
    { stores: { fallback: new MemoryStore() } },
  )
  // No wrong accept: what was taken is what its manifest says.
  for (const { path, bytes, sha256: expected } of manifest.files) {
    const data = new Uint8Array(await (await blobs.read(path)).arrayBuffer())
    if (data.length !== bytes || sha256(data) !== expected) throw new Error(`${path} was taken wrongly`)
  }
  await openBundle(blobs)
}

it('the whole bundle loads', async () => {
  await load(wholeBundle())
})

it(`${damageRuns} damaged bundles are refused properly, or taken exactly as described`, {
  timeout: 900_000,
}, async () => {
  const whole = wholeBundle()
  const refusals = new Map<string, number>()
  for (let seed = 0; seed < damageRuns; seed++) {
    const random = generator(seed)
    const files: Files = new Map(whole)
    const expected = damages[seed % damages.length](files, random)
    const error: unknown = await load(files).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    const at = `seed ${seed}`
    if (error === undefined) {
      if (expected === 'must-fail') expect.fail(`${at}: loaded`)
    } else if (!(error instanceof VidemoError)) throw new Error(`${at}: ${error}`, { cause: error })
    else {
      if (expected === 'must-fail' && !(error instanceof BundleError)) expect.fail(`${at}: ${error.code}`)
      if (error.message === '' || error.action === '') expect.fail(`${at}: ${error.code} without words`)
    }
    const code = error instanceof VidemoError ? error.code : 'none'
    refusals.set(code, (refusals.get(code) ?? 0) + 1)
  }
  // The damage reaches files, manifest and what is read of them.
  for (const code of ['wrong-hash', 'wrong-size', 'missing-file', 'bad-manifest', 'bad-json', 'bad-field', 'none']) {
    expect(refusals.get(code) ?? 0, `${code} of ${JSON.stringify([...refusals])}`).toBeGreaterThan(0)
  }
  const taken = refusals.get('none') ?? 0
  recordFault({
    fault: 'damaged manifests, headers and bundles',
    injected: `${damageRuns} bundles with damaged manifest, files or configuration`,
    outcome: 'refused',
    kept: `${damageRuns - taken} refused in ${refusals.size - 1} ways, ${taken} taken exactly as their manifest says`,
  })
})
