/**
 * The rooms below `src` and what each may know. From this table come the lint rules in biome.json (`npx tsx
 * scripts/doors.ts && npm run format` writes them) and the test that follows every import (`scripts/doors.test.ts`).
 */
import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export interface Room {
  /** A folder below `src`. */
  readonly name: string
  readonly is: string
  /** The other rooms that its files may import from; each stands above it in the table. */
  readonly knows: readonly string[]
  /** Packages, of those in `guarded`, that its files may import. */
  readonly packages?: readonly Guarded[]
  /** The one folder of the room whose files may import those packages. Default: the whole room. */
  readonly packagesIn?: string
}

/** Packages that only some rooms may import; any room may import the others. */
const guarded = {
  react: ['react', 'react/**', 'react-dom', 'react-dom/**', 'react-aria-components'],
  onnxruntime: ['onnxruntime-web', 'onnxruntime-web/**', 'onnxruntime-node', 'onnxruntime-common'],
  transformers: ['@huggingface/transformers'],
  canvas: ['@napi-rs/canvas'],
} as const

type Guarded = keyof typeof guarded

/** From the ground up: a room knows only rooms above it in this list. */
export const rooms: readonly Room[] = [
  { name: 'base', is: 'errors, numbers, JSON and blobs: for everybody', knows: [] },
  { name: 'net', is: 'the one HTTP stack', knows: ['base'] },
  { name: 'manifest', is: 'what a bundle says of itself, as plain data', knows: ['base'] },
  { name: 'affect', is: 'labels, stages and words of what faces show, pure', knows: [] },
  { name: 'capture', is: 'sources of frames', knows: ['base'] },
  { name: 'qwen25vl', is: 'the architecture as data and maths, pure', knows: ['base'] },
  { name: 'device', is: 'what this browser’s WebGPU can do', knows: ['base', 'manifest'] },
  { name: 'demo-face', is: 'the one drawn face', knows: ['affect'] },
  {
    name: 'faces',
    is: 'from frames to followed and measured faces',
    knows: ['base', 'net', 'affect', 'capture'],
    packages: ['onnxruntime'],
    packagesIn: 'networks',
  },
  { name: 'reading', is: 'the centre, pure', knows: ['base', 'manifest', 'affect', 'capture'] },
  { name: 'bundles', is: 'bundles, from a server to the disk', knows: ['base', 'net', 'manifest'] },
  { name: 'build', is: 'from a checkpoint to graphs', knows: ['base', 'net', 'manifest', 'qwen25vl'] },
  {
    name: 'engine',
    is: 'from frames to tokens',
    knows: ['base', 'net', 'manifest', 'qwen25vl', 'device', 'reading'],
    packages: ['onnxruntime'],
    packagesIn: 'backends',
  },
  {
    name: 'readers',
    is: 'who reads: implementations of the port',
    knows: [
      ...['base', 'net', 'manifest', 'affect', 'capture', 'qwen25vl', 'device', 'demo-face', 'faces', 'reading'],
      ...['bundles', 'engine'],
    ],
    packages: ['transformers'],
  },
  {
    name: 'build-worker',
    is: 'the builder in a worker',
    knows: ['base', 'net', 'manifest', 'bundles', 'build', 'engine'],
  },
  {
    name: 'app',
    is: 'the page, which reads through the port',
    knows: [
      ...['base', 'net', 'manifest', 'affect', 'capture', 'device', 'demo-face', 'faces', 'reading'],
      ...['bundles', 'readers', 'build-worker'],
    ],
    packages: ['react'],
  },
  {
    name: 'embed',
    is: 'the public interface for other pages, which reads through the port',
    knows: ['base', 'manifest', 'affect', 'capture', 'faces', 'reading', 'readers'],
  },
]

/**
 * Only `src/net` makes requests. Four of these load a file that is published with the page, with one plain `fetch`; the
 * last stands in for the `fetch` of transformers.js, and gives it what it asks for of one folder.
 */
const plainFetchers = [
  'src/capture/sample-clip.ts',
  'src/engine/checks/fetch-check-bundle.ts',
  'src/faces/networks/fetched-networks.ts',
  'src/net/app-wasm.ts',
  'src/readers/transformers/model-folder.ts',
] as const

/** Folders beside `src`, which run elsewhere or only open doors to it. */
const outside = ['workers', 'cli', 'bench', 'scripts', 'e2e', 'fixtures', 'training']

export function messageFor({ name, is, knows }: Room): string {
  const known = knows.length === 0 ? 'knows no other room' : `knows only ${knows.join(', ')}`
  return `src/${name} (${is}) ${known}. The table in scripts/doors.ts says so.`
}

function packagesBeyond(allowed: readonly Guarded[]): string[] {
  return (Object.keys(guarded) as Guarded[])
    .filter((group) => !allowed.includes(group))
    .flatMap((group) => guarded[group])
}

/** A rule for the room and, where only one of its folders may import packages, another for that folder. */
function overridesFor(room: Room) {
  const { name, packages = [], packagesIn } = room
  if (packagesIn === undefined) return [overrideFor(room, name, packages)]
  return [overrideFor(room, name, []), overrideFor(room, `${name}/${packagesIn}`, packages)]
}

function overrideFor(room: Room, folder: string, allowed: readonly Guarded[]) {
  const message = messageFor(room)
  const closed = rooms.filter(({ name }) => name !== room.name && !room.knows.includes(name))
  const group = [...closed.map(({ name }) => name), ...outside].map((name) => `**/${name}/**`)
  const packages = packagesBeyond(allowed)
  const patterns = [
    { group, message },
    {
      group: packages,
      message: `src/${folder} imports none of ${packages.filter((each) => !each.includes('**')).join(', ')}. The table in scripts/doors.ts says so.`,
    },
    { group: ['node:*', 'node:*/**'], message: 'src runs in browsers, where Node is not.' },
  ]
  return {
    includes: [
      `src/${folder}/**`,
      ...['*.test.ts', '*.bench.ts', '*.fixture.ts', 'testing/**'].map((each) => `!src/${folder}/**/${each}`),
    ],
    linter: { rules: { style: { noRestrictedImports: { level: 'error', options: { patterns } } } } },
  }
}

/** Retries, stalls and limits of servers are handled in one place. */
const fetchRule = {
  includes: [
    'src/**',
    '!src/net/**',
    ...['*.test.ts', 'testing/**'].map((each) => `!src/**/${each}`),
    ...plainFetchers.map((file) => `!${file}`),
  ],
  linter: {
    rules: {
      style: {
        noRestrictedGlobals: {
          level: 'error',
          options: { deniedGlobals: { fetch: 'Make requests with HttpClient of src/net/http-client.ts.' } },
        },
      },
    },
  },
}

/** The lint settings with the rules of this table. */
export async function withDoors(): Promise<string> {
  const settings = JSON.parse(await readFile('biome.json', 'utf8'))
  return `${JSON.stringify({ ...settings, overrides: [...rooms.flatMap(overridesFor), fetchRule] }, undefined, 2)}\n`
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await writeFile('biome.json', await withDoors())
}
