import { manifestFixture } from './manifest.fixture.ts'

type Change = (copy: Record<string, unknown> & { files: unknown[]; graphs: Record<string, unknown> }) => void

const sha256 = 'a'.repeat(64)

function changed(change: Change): string {
  const copy = JSON.parse(JSON.stringify(manifestFixture))
  change(copy)
  return JSON.stringify(copy)
}

/** The fixture with one more file, whose entry is this JSON. */
const withFile = (json: string) => JSON.stringify(manifestFixture).replace('"files":[', `"files":[${json},`)
const withPath = (path: string) => withFile(JSON.stringify({ path, bytes: 1, sha256 }))
const withPaths = (...paths: string[]) =>
  changed(({ files }) => files.push(...paths.map((path) => ({ path, bytes: 1, sha256 }))))
const withBytes = (json: string) => withFile(`{"path":"x","bytes":${json},"sha256":"${sha256}"}`)
/** The fixture with something more at its end, in JSON. */
const withField = (json: string) => `${JSON.stringify(manifestFixture).slice(0, -1)},${json}}`
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

const paths = [
  '../up',
  'a/../../up',
  'a/..',
  './here',
  'a/./b',
  '/etc/passwd',
  '//elsewhere.example/x',
  'C:/x',
  'C:x',
  'a\\b',
  '..\\up',
  '\\\\host\\share',
  'https://elsewhere.example/x',
  'http:x',
  'data:,x',
  'blob:null/x',
  'javascript:alert(1)',
  '%2e%2e/up',
  '..%2fup',
  '%2fetc/passwd',
  'a%00b',
  'a\u0000b',
  'a\nb',
  'a b',
  'a?b',
  'a#b',
  'a@b',
  '~/x',
  '',
  '/',
  'a/',
  'a//b',
  '.hidden',
  '\uff0e\uff0e/up',
  '\u202ecod.exe',
  'x'.repeat(201),
  '__proto__/../x',
] as const

/** Manifests that a hostile or broken host may send, each with the one thing that is wrong with it. */
export const hostileManifests: readonly (readonly [name: string, text: string])[] = [
  ...paths.map((path) => [`the path ${JSON.stringify(path.slice(0, 40))}`, withPath(path)] as const),
  ['a graph elsewhere', changed(({ graphs }) => Object.assign(graphs.vision ?? {}, { graph: '//elsewhere/x' }))],
  ['a path that is a number', withFile(`{"path":1,"bytes":1,"sha256":"${sha256}"}`)],
  ['one path twice', withPaths('x', 'x')],
  ['two paths told apart by case', withPaths('Weights.bin', 'weights.BIN')],
  ['two folders told apart by case', withPaths('A/x', 'a/X')],
  ['a file that is a folder, too', withPaths('x', 'x/y')],
  ['the manifest as a file of its own', withPaths('manifest.json')],
  ['the manifest in capitals', withPaths('MANIFEST.JSON')],
  ['the manifest as a folder', withPaths('manifest.json/x')],
  ...['-1', '0.5', '1e300', '1e400', '-1e400', '9007199254740993', '"1"', 'null', '[1]', '{}', 'true'].map(
    (bytes) => [`${bytes} bytes`, withBytes(bytes)] as const,
  ),
  ['not a number of bytes, which is no JSON', withBytes('NaN')],
  ['a sum of bytes beyond sense', withBytes(String(2 ** 50))],
  [
    'a sum of bytes beyond sense, in files within it',
    changed(({ files }) => {
      for (let i = 0; i < 100; i++) files.push({ path: `x${i}`, bytes: 2 ** 30, sha256 })
    }),
  ],
  ['no hash', withFile('{"path":"x","bytes":1}')],
  ['a hash in capitals', withFile(`{"path":"x","bytes":1,"sha256":"${'A'.repeat(64)}"}`)],
  ['a short hash', withFile('{"path":"x","bytes":1,"sha256":"aa"}')],
  [
    'a shard that is not listed',
    changed(({ graphs }) => Object.assign(graphs.vision ?? {}, { data: ['vision.data.001'] })),
  ],
  [
    'a shard that comes round again',
    changed(({ graphs }) => Object.assign(graphs.vision ?? {}, { data: ['vision.data.000', 'vision.data.000'] })),
  ],
  [
    'a graph that is its own shard',
    changed(({ graphs }) => Object.assign(graphs.vision ?? {}, { data: ['vision.onnx'] })),
  ],
  [
    'graphs that are each other’s shards',
    changed(({ graphs }) => {
      Object.assign(graphs.vision ?? {}, { data: ['decoder.onnx'] })
      Object.assign(graphs.decoder ?? {}, { data: ['vision.onnx'] })
    }),
  ],
  ['one graph twice', changed(({ graphs }) => Object.assign(graphs.decoder ?? {}, { graph: 'vision.onnx' }))],
  ['no graph', changed((copy) => Object.assign(copy, { graphs: {} }))],
  ['graphs in a list', changed((copy) => Object.assign(copy, { graphs: [copy.graphs.vision, copy.graphs.decoder] }))],
  [
    'too many files',
    changed(({ files }) => {
      for (let i = 0; i < 5000; i++) files.push({ path: `x${i}`, bytes: 0, sha256 })
    }),
  ],
  ['files in an object', changed((copy) => Object.assign(copy, { files: { 0: copy.files[0], length: 1 } }))],
  ['__proto__', withField('"__proto__":{"isAdmin":true}')],
  ['__proto__ by its escape', withField('"\\u005f_proto__":{"isAdmin":true}')],
  ['__proto__ deep inside', withField('"more":[{"x":{"__proto__":{"isAdmin":true}}}]')],
  ['__proto__ as a file', withFile(`{"path":"x","bytes":1,"sha256":"${sha256}","__proto__":{"isAdmin":true}}`)],
  ['constructor', withField('"constructor":{"prototype":{"isAdmin":true}}')],
  ['prototype', withField('"prototype":{"isAdmin":true}')],
  [
    'temperatures of __proto__',
    withField('"calibration":{"temperatures":{"__proto__":{"given":1,"both":1}},"clips":{"seed":1,"count":1}}'),
  ],
  ['33 brackets', withField(`"more":${nested(33)}`)],
  ['100,000 brackets', withField(`"more":${nested(100_000)}`)],
  ['brackets that never close', '['.repeat(500_000)],
  ['braces that never close', '{"a":'.repeat(100_000)],
  ['null', 'null'],
  ['a number', '1'],
  ['a string', '"videmo-bundle"'],
  ['a list', '[]'],
  ['nothing', ''],
  ['a text cut short', JSON.stringify(manifestFixture).slice(0, -1)],
  ['two texts', JSON.stringify(manifestFixture).repeat(2)],
  ['a context of 1e300', changed((copy) => Object.assign(copy, { contextLength: 1e300 }))],
  ['layers below zero', changed((copy) => Object.assign(copy, { model: { ...manifestFixture.model, layers: -1 } }))],
  ['a version that is an object', changed((copy) => Object.assign(copy, { version: { valueOf: 2 } }))],
]
