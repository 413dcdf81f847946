import { expect, test } from 'vitest'
import { damageJson, generator, oddValues, pick, type Random, damageRuns as seeds } from '../../fixtures/damage.ts'
import { recordFault } from '../../scripts/fault-table.ts'
import { CheckpointError, ConfigError } from '../base/errors.ts'
import { checkArchitecture, expectedTensors } from './checkpoint/architecture.ts'
import {
  assemble,
  encodeSafetensors,
  MemoryFiles,
  product,
  text,
  tinyCheckpoint,
  tinyTensors,
  tinyValues,
} from './checkpoint/checkpoint.fixture.ts'
import { openCheckpoint } from './checkpoint/checkpoint.ts'
import { readConfig } from './checkpoint/read-config.ts'

/**
 * Random damage to a valid checkpoint. Either it is refused in a way that a person can act on, or every value read is
 * the one that the (damaged) bytes hold. `DAMAGE_RUNS=10000` tries more.
 */

type Files = Map<string, Uint8Array<ArrayBuffer>>

interface Damage {
  readonly name: string
  /** Leaves no way to read the checkpoint, so it must be refused. */
  readonly fatal?: boolean
  apply(files: Files, random: Random): void
}

const contents = (files: Files, name: string) => files.get(name) ?? new Uint8Array()
const weightNames = (files: Files) => [...files.keys()].filter((name) => name.endsWith('.safetensors'))

/** Edits the header of a weights file as JSON, keeping the data. */
function editHeader(
  files: Files,
  random: Random,
  edit: (header: Record<string, Record<string, unknown>>, name: string) => void,
): void {
  const file = pick(weightNames(files), random)
  const bytes = contents(files, file)
  const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, end)))
  edit(header, pick(Object.keys(header), random))
  files.set(file, assemble(header, bytes.subarray(end)))
}

/** Puts an odd value somewhere into a JSON file. */
function editJson(files: Files, name: string, random: Random): void {
  const root: unknown = JSON.parse(new TextDecoder().decode(contents(files, name)))
  damageJson(root, random)
  files.set(name, text(root))
}

const damages: readonly Damage[] = [
  {
    name: 'bits flipped anywhere',
    apply(files, random) {
      const bytes = contents(files, pick([...files.keys()], random))
      for (let flips = 1 + random(8); flips > 0; flips--) bytes[random(bytes.length)] ^= 1 << random(8)
    },
  },
  {
    name: 'bits flipped in a header',
    apply(files, random) {
      const bytes = contents(files, pick(weightNames(files), random))
      const end = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
      for (let flips = 1 + random(4); flips > 0; flips--) bytes[random(end)] ^= 1 << random(8)
    },
  },
  {
    name: 'header length replaced',
    fatal: true,
    apply(files, random) {
      const bytes = contents(files, pick(weightNames(files), random))
      const view = new DataView(bytes.buffer)
      const right = view.getBigUint64(0, true)
      const wrong = pick(
        [0n, 1n, right - 1n, right + 1n, BigInt(bytes.length), 99_999_999n, 2n ** 53n, 2n ** 64n - 1n],
        random,
      )
      view.setBigUint64(0, wrong, true)
    },
  },
  {
    name: 'weights cut short',
    fatal: true,
    apply(files, random) {
      const file = pick(weightNames(files), random)
      files.set(file, contents(files, file).slice(0, random(contents(files, file).length)))
    },
  },
  {
    name: 'weights grown',
    fatal: true,
    apply(files, random) {
      const file = pick(weightNames(files), random)
      const longer = new Uint8Array(contents(files, file).length + 1 + random(64))
      longer.set(contents(files, file))
      files.set(file, longer)
    },
  },
  {
    name: 'small file cut short',
    apply(files, random) {
      const file = pick(
        [...files.keys()].filter((name) => name.endsWith('.json')),
        random,
      )
      files.set(file, contents(files, file).slice(0, random(contents(files, file).length)))
    },
  },
  {
    name: 'file removed',
    apply(files, random) {
      files.delete(pick([...files.keys()], random))
    },
  },
  {
    name: 'file replaced by another',
    apply(files, random) {
      const [from, to] = [pick([...files.keys()], random), pick([...files.keys()], random)]
      files.set(to, contents(files, from).slice())
    },
  },
  {
    name: 'files swapped',
    apply(files, random) {
      const [a, b] = [pick([...files.keys()], random), pick([...files.keys()], random)]
      const kept = contents(files, a)
      files.set(a, contents(files, b)).set(b, kept)
    },
  },
  {
    name: 'tensor dropped from a header',
    fatal: true,
    apply(files, random) {
      editHeader(files, random, (header) => {
        delete header[
          pick(
            Object.keys(header).filter((name) => name !== '__metadata__'),
            random,
          )
        ]
      })
    },
  },
  {
    name: 'tensor left out, the rest consistent',
    fatal: true,
    apply(files, random) {
      const tensors = tinyTensors()
      tensors.splice(random(tensors.length), 1)
      for (const name of [...weightNames(files), 'model.safetensors.index.json']) files.delete(name)
      files.set('model.safetensors', encodeSafetensors(tensors))
    },
  },
  {
    name: 'tensor renamed',
    fatal: true,
    apply(files, random) {
      editHeader(files, random, (header) => {
        const name = pick(
          Object.keys(header).filter((name) => name !== '__metadata__'),
          random,
        )
        header[`${name}${pick(['x', '', '.weight', 'é'], random)}?`] = header[name]
        delete header[name]
      })
    },
  },
  {
    name: 'header entry edited',
    apply(files, random) {
      editHeader(files, random, (header, name) => {
        header[name][pick(['dtype', 'shape', 'data_offsets'], random)] = pick(oddValues, random)
      })
    },
  },
  {
    name: 'shape edited',
    apply(files, random) {
      editHeader(files, random, (header, name) => {
        const { shape } = header[name]
        if (Array.isArray(shape) && shape.length > 0) shape[random(shape.length)] = pick(oddValues, random)
      })
    },
  },
  {
    name: 'offsets edited',
    apply(files, random) {
      editHeader(files, random, (header, name) => {
        const offsets = header[name].data_offsets
        if (Array.isArray(offsets)) offsets[random(2)] += random(41) - 20
      })
    },
  },
  {
    name: 'two entries swapped',
    apply(files, random) {
      editHeader(files, random, (header, name) => {
        const other = pick(Object.keys(header), random)
        const kept = header[name]
        header[name] = header[other]
        header[other] = kept
      })
    },
  },
  {
    name: 'index or config edited',
    apply(files, random) {
      editJson(
        files,
        pick(
          [...files.keys()].filter((name) => name.endsWith('.json')),
          random,
        ),
        random,
      )
    },
  },
  {
    name: 'not a number written into a tensor',
    fatal: true,
    apply(files, random) {
      const file = pick(weightNames(files), random)
      const bytes = contents(files, file)
      const begin = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true))
      const at = begin + 2 * random((bytes.length - begin) / 2)
      new DataView(bytes.buffer).setUint16(at, pick([0x7f80, 0xff80, 0x7fc0, 0xffff], random), true)
    },
  },
]

/** Every value of a stored tensor, by the definition of the format. */
function decode(bytes: Uint8Array, dtype: string): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const values: number[] = []
  for (let at = 0; at < bytes.length; at += dtype === 'F32' ? 4 : 2) {
    if (dtype === 'F32') values.push(view.getFloat32(at, true))
    else if (dtype === 'BF16') {
      const wide = new DataView(new ArrayBuffer(4))
      wide.setUint16(2, view.getUint16(at, true), true)
      values.push(wide.getFloat32(0, true))
    } else {
      const half = view.getUint16(at, true)
      const exponent = (half >>> 10) & 31
      const fraction = (half & 0x3ff) / 1024
      const magnitude = exponent === 0 ? fraction * 2 ** -14 : (1 + fraction) * 2 ** (exponent - 15)
      values.push(half & 0x8000 ? -magnitude : magnitude)
    }
  }
  return values
}

/** Opens, checks and reads everything; undefined when it succeeds. */
async function attempt(files: Files): Promise<unknown> {
  const memory = new MemoryFiles(files)
  try {
    const checkpoint = await openCheckpoint(memory)
    const config = readConfig(checkpoint)
    checkArchitecture(checkpoint, config)
    for (const { name, shape } of expectedTensors(config)) {
      const { file, begin, end, dtype } = checkpoint.tensor(name)
      const values = await checkpoint.read(name)
      if (values.length !== product(shape)) throw new Error(`${name} has ${values.length} values`)
      const wanted = decode(contents(files, file).subarray(begin, end), dtype)
      if (!wanted.every((value, i) => Object.is(value, values[i]))) throw new Error(`${name} was read wrongly`)
    }
    return undefined
  } catch (error) {
    return error
  } finally {
    const longest = Math.max(...memory.reads.map(({ length }) => length))
    if (longest > Math.max(...[...files.values()].map(({ length }) => length))) {
      expect.fail(`a read of ${longest} bytes is more than any file holds`)
    }
  }
}

test('the undamaged checkpoint reads as it was written', async () => {
  for (const shards of [false, true]) {
    const files = tinyCheckpoint({ shards })
    expect(await attempt(files)).toBeUndefined()
    const checkpoint = await openCheckpoint(new MemoryFiles(files))
    for (const name of checkpoint.names) {
      expect(await checkpoint.read(name)).toEqual(tinyValues(name, product(checkpoint.tensor(name).shape)))
    }
  }
})

test(`${seeds} damaged checkpoints are refused properly or read exactly`, { timeout: 600_000 }, async () => {
  const refusals = new Map<string, number>()
  for (let seed = 0; seed < seeds; seed++) {
    const random = generator(seed)
    const damage = damages[seed % damages.length]
    const files = tinyCheckpoint({
      shards: random(2) === 0,
      dtype: damage.fatal ? 'BF16' : pick(['BF16', 'F16', 'F32'], random),
    })
    damage.apply(files, random)
    const error = await attempt(files)
    const at = `seed ${seed} (${damage.name})`
    if (error === undefined) {
      if (damage.fatal) expect.fail(`${at}: read without complaint`)
      refusals.set('none', (refusals.get('none') ?? 0) + 1)
    } else if (error instanceof CheckpointError || error instanceof ConfigError) {
      if ([error.code, error.message, error.action, error.subject].some((part) => part === undefined || part === '')) {
        expect.fail(`${at}: an error without code, message, action or subject: ${error.code} ${error.message}`)
      }
      refusals.set(error.code, (refusals.get(error.code) ?? 0) + 1)
    } else {
      throw new Error(`${at}: ${error}`, { cause: error })
    }
  }
  // The damage reaches most of the checks.
  expect(refusals.size).toBeGreaterThan(20)
  const read = refusals.get('none') ?? 0
  recordFault({
    fault: 'damaged manifests, headers and bundles',
    injected: `${seeds} checkpoints with damaged safetensors headers, weights, index and config`,
    outcome: 'refused',
    kept: `${seeds - read} refused in ${refusals.size - 1} ways, ${read} read exactly as their bytes are`,
  })
})
