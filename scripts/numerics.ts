/**
 * Writes docs/numerics.md: runs the command line on every reference set there is, on drawn clips and on a synthetic 3B,
 * and puts what it prints into tables; the embedded model's also into its card. `npx tsx scripts/numerics.ts [cpu]
 * [chromium] [dawn] [live] [live-chromium] [drawn] [faults] [calibration] [compare] [build] [wide] [wide-dawn]` runs only
 * those parts and keeps the rest. The last two, which take half an hour, run only where fixtures/make_wide_reference.py
 * has made what they need.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { caseTitle, ownSet, referenceSets, wideSets } from '../cli/parity/cases.ts'
import type { LiveParityReport } from '../cli/parity/live.ts'
import type { Closeness, Comparison, ExecutionProvider, ParityReport, TokenMatch } from '../cli/parity/report.ts'
import type { BrowserReport } from '../cli/score/chromium.ts'
import { faults } from '../cli/score/faults.ts'
import type { ScoreReport } from '../cli/score/score.ts'
import type { Dtype } from '../src/manifest/manifest.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = join(root, 'docs/numerics.md')
const card = join(root, 'training/MODEL_CARD.md')
const embedded = join(root, 'public/models/videmo-tiny')
const diagram =
  '![Reliability diagrams: how often an option was right, by the probability it was given](calibration.svg)'
/** Where `make -C training` leaves its tables and PyTorch's answers. */
const work = join(root, '.cache/training')
const parts = [
  'cpu',
  'chromium',
  'dawn',
  'live',
  'live-chromium',
  'drawn',
  'faults',
  'calibration',
  'compare',
  'build',
  'wide',
  'wide-dawn',
] as const
type Part = (typeof parts)[number]

function videmo(args: readonly string[]): string {
  console.error(`videmo ${args.join(' ')}`)
  const { stdout } = spawnSync('npx', ['tsx', 'cli/main.ts', ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return stdout
}

/** @param more options of the command */
function runParity(
  checkpoint: string,
  path: string,
  dtype: Dtype,
  ep: ExecutionProvider,
  more: readonly string[],
): ParityReport {
  const place = (folder: string) => relative(root, folder)
  const args = ['--checkpoint', place(checkpoint), '--case', place(path), '--dtype', dtype, '--ep', ep, '--json']
  return JSON.parse(videmo(['parity', ...args, ...(ep === 'cpu' ? [] : ['--forbid-cpu-fallback']), ...more]))
}

const exact = (value: number) => value.toExponential(1)
const worst = (list: readonly Closeness[]) => ({
  maxAbs: Math.max(...list.map(({ maxAbs }) => maxAbs)),
  cosine: Math.min(...list.map(({ cosine }) => cosine)),
})

function tokens(matches: readonly TokenMatch[]): string {
  const matched = matches.reduce((sum, match) => sum + match.matched, 0)
  const of = matches.reduce((sum, match) => sum + match.of, 0)
  const ties = matches.filter(({ nearTieAt }) => nearTieAt !== null).length
  return `${matched}/${of}${ties > 0 ? ` (${ties} near ${ties === 1 ? 'tie' : 'ties'})` : ''}`
}

function comparisonCells({ videoFeatures, firstLogits, turns, growing, penalized }: Comparison): string {
  const logits = worst(firstLogits)
  const cells = [
    `${exact(videoFeatures.maxAbs)}, ${videoFeatures.cosine.toFixed(6)}`,
    `${exact(logits.maxAbs)}, ${logits.cosine.toFixed(6)}`,
    tokens([...turns, ...growing, ...penalized]),
  ]
  return cells.join(' | ')
}

const head = [
  '| case | dtype | against | features: max, cosine | first logits: max, cosine | tokens equal | verdict |',
  '| --- | --- | --- | --- | --- | --- | --- |',
]

function rows(report: ParityReport, path: string): string[] {
  const start = `| ${caseTitle(path)} | ${report.dtype}`
  const verdict = report.ok ? 'within' : '**not within**'
  if (report.against === 'golden') return [`${start} | golden | ${comparisonCells(report)} | ${verdict} |`]
  return [
    `${start} | decoded | ${comparisonCells(report.dequantized)} | ${verdict} |`,
    `${start} | golden | ${comparisonCells(report.golden)} | shown |`,
  ]
}

function parityPart(
  ep: ExecutionProvider,
  runs: readonly (readonly [string, string, Dtype])[],
  more: readonly string[] = [],
): string {
  const reports = runs.map(([checkpoint, path, dtype]) => ({
    path,
    report: runParity(checkpoint, path, dtype, ep, more),
  }))
  const recipe = reports.every(({ report }) => report.inputIds === 'equal' && report.positionIds === 'equal')
  const share = Math.min(...reports.map(({ report }) => report.pixelValues.equalShare))
  const levels = Math.max(...reports.map(({ report }) => report.pixelValues.maxLevels))
  return [
    `Computed by ${reports[0].report.adapter}.`,
    `\`input_ids\` and \`position_ids\` ${recipe ? 'are identical in every case' : '**differ**'}; of the pixel values`,
    `at least ${(share * 100).toFixed(3)} % are identical, the rest at most ${levels} levels off.`,
    '',
    ...head,
    ...reports.flatMap(({ report, path }) => rows(report, path)),
  ].join('\n')
}

function livePart(ep: ExecutionProvider, cases: typeof everyCase, dtypes: readonly Dtype[]): string {
  const place = (folder: string) => relative(root, folder)
  const reports = cases.flatMap(([checkpoint, path]) =>
    dtypes.map((dtype) => {
      const args = ['--checkpoint', place(checkpoint), '--case', place(path), '--dtype', dtype, '--ep', ep]
      const report: LiveParityReport = JSON.parse(videmo(['parity', '--live', ...args, '--json']))
      return { path, report }
    }),
  )
  return [
    `Computed by ${reports[0].report.adapter}.`,
    '',
    '| case | dtype | answers equal to recomputation | tokens | answers equal to the golden | verdict |',
    '| --- | --- | --- | --- | --- | --- |',
    ...reports.map(({ path, report: { dtype, matches, ok } }) => {
      const recomputed = matches.filter(({ against }) => against === 'recomputation')
      const golden = matches.filter(({ against }) => against === 'golden')
      const equal = (list: typeof matches) =>
        `${list.filter(({ matched, of }) => matched === of).length}/${list.length}`
      const against = golden.length === 0 ? 'not compared' : equal(golden)
      return `| ${caseTitle(path)} | ${dtype} | ${equal(recomputed)} | ${tokens(recomputed)} | ${against} | ${ok ? 'equal' : '**not equal**'} |`
    }),
  ].join('\n')
}

/** Clips that no training saw; `make -C training` asks PyTorch about the same. */
const scoredSeed = '303'
const scoreHead = [
  '| preset | computed by | attributes | action units | motion | frames shuffled | emotion | tree |',
  '| --- | --- | --- | --- | --- | --- | --- | --- |',
]
const share = (value: number | null | undefined) => (typeof value === 'number' ? value.toFixed(3) : '-')

function score(args: readonly string[]): ScoreReport {
  return JSON.parse(videmo(['score', '--seed', scoredSeed, ...args, '--json']))
}

function scoreRow(start: string, { attributes, actionUnits, motion, emotion, tree }: ScoreReport): string {
  const figures = [
    attributes.microF1,
    actionUnits.microF1,
    motion?.accuracy,
    motion?.shuffledAccuracy,
    emotion.accuracy,
    tree?.similarity,
  ]
  return `| ${start} | ${figures.map(share).join(' | ')} |`
}

function drawnPart(): string {
  const rows = (['reasoning', 'choices'] as const).flatMap((preset) => {
    const ours = score(['--count', '500', '--preset', preset])
    const answers = join(work, `answers-${preset}.jsonl`)
    const own = scoreRow(`${preset} | this bundle, our engine, CPU provider`, ours)
    if (!existsSync(answers)) return [own, `| ${preset} | PyTorch, float32 | not run |`]
    const theirs = score(['--count', '500', '--preset', preset, '--answers', relative(root, answers)])
    return [own, scoreRow(`${preset} | the checkpoint, PyTorch, float32`, theirs)]
  })
  const browser: BrowserReport = JSON.parse(
    videmo(['score', '--seed', scoredSeed, '--count', '10', '--provider', 'chromium', '--json']),
  )
  return [
    `500 clips of seed ${scoredSeed}: \`videmo score --seed ${scoredSeed} --count 500 --preset PRESET --json\`.`,
    'Shares: micro-F1 of attributes and of action units, accuracy of motion and of emotion, mean exp(-0.1 TED) of trees.',
    '',
    ...scoreHead,
    ...rows,
    '',
    `In Chromium on ${browser.adapter}, 10 of them: ${browser.equal} of ${browser.of} tokens as on the processor,`,
    `${browser.agree ? 'equal up to near ties' : '**not equal**'}.`,
  ].join('\n')
}

function faultsPart(): string {
  return [
    `50 clips of seed ${scoredSeed}, one deliberate mistake at a time: \`videmo score --count 50 --fault KIND\`.`,
    'positions: every pass counts from zero; patches: row by row over the whole picture; resize: rows one pixel too long.',
    '',
    scoreHead[0].replace('computed by', 'mistake'),
    scoreHead[1],
    ...faults.map((fault) => scoreRow(`reasoning | ${fault}`, score(['--count', '50', '--fault', fault]))),
  ].join('\n')
}

/** Fits the embedded bundle's temperatures, which go into its manifest. */
function calibrationPart(): string {
  const args = ['--bundle', relative(root, embedded), '--seed', '401', '--count', '100']
  const text = videmo(['calibrate', ...args, '--write', '--out', 'docs/calibration.svg'])
  return ['```', `$ npm run --silent videmo -- calibrate ${args.join(' ')}`, text.trim(), '```', '', diagram].join('\n')
}

function comparePart(): string {
  const table = join(work, 'compare/table.md')
  return existsSync(table) ? readFileSync(table, 'utf8').trim() : 'Not run.'
}

function buildPart(): string {
  const out = join(tmpdir(), 'videmo-numerics')
  const shown: string[] = []
  const builds: (readonly string[])[] = [
    ['build', '--synthetic', '3b', '--dtype', 'q4f16', '--no-check'],
    ['build', '--synthetic', '3b', '--dtype', 'q4f16', '--vision-bits', '16', '--no-check'],
    ['build', '--synthetic', '3b', '--dtype', 'q4'],
  ]
  for (const args of builds) {
    const text = videmo([...args, '--out', out]).replaceAll(out, 'videmo-3b')
    // The ten worst weights of made-up values say little.
    const lines = text.split('\n').filter((line) => line && !line.startsWith('  ') && !line.startsWith('The ten'))
    shown.push('```', `$ npm run --silent videmo -- ${args.join(' ')} --out videmo-3b`, ...lines, '```', '')
  }
  rmSync(out, { recursive: true, force: true })
  return shown.join('\n').trimEnd()
}

const everyCase = referenceSets().flatMap((set) => set.cases.map((path) => [set.checkpoint, path] as const))
const smallest = (list: readonly string[]) => list.filter((path) => path.endsWith('square4'))
const own = smallest(ownSet().cases).map((path) => [ownSet().checkpoint, path] as const)
const longest = everyCase.filter(([, path]) => path.endsWith('landscape16'))

const widest = (dtypes: readonly Dtype[]) =>
  wideSets().flatMap(({ checkpoint, cases }) =>
    cases.flatMap((path) => dtypes.map((dtype) => [checkpoint, path, dtype] as const)),
  )

/** Sixteen full frames take a software adapter an hour. */
const isSlowWanted = process.env.VIDEMO_SLOW === '1'

const makers: Readonly<Record<Part, () => string>> = {
  cpu: () =>
    parityPart(
      'cpu',
      everyCase.flatMap(([checkpoint, path]) => (['fp32', 'q4'] as const).map((dtype) => [checkpoint, path, dtype])),
    ),
  chromium: () => {
    const sharedSquare = everyCase.filter(([, path]) => caseTitle(path) === 'plain/square4')
    return parityPart('chromium', [
      ...own.flatMap(([checkpoint, path]) =>
        (['fp32', 'q8', 'q4'] as const).map((dtype) => [checkpoint, path, dtype] as const),
      ),
      ...sharedSquare.map(([checkpoint, path]) => [checkpoint, path, 'fp32'] as const),
    ])
  },
  dawn: () =>
    parityPart(
      'dawn',
      [...own, ...longest].flatMap(([checkpoint, path]) =>
        (['fp16', 'q4f16'] as const).map((dtype) => [checkpoint, path, dtype]),
      ),
    ),
  live: () => livePart('cpu', everyCase, ['fp32', 'q4']),
  'live-chromium': () =>
    livePart('chromium', isSlowWanted ? everyCase : everyCase.filter((each) => !longest.includes(each)), ['q4']),
  drawn: drawnPart,
  faults: faultsPart,
  calibration: calibrationPart,
  compare: comparePart,
  build: buildPart,
  wide: () => parityPart('cpu', widest(['fp32', 'q4'])),
  // A software adapter takes minutes for each prompt: the three turns are enough.
  'wide-dawn': () => parityPart('dawn', widest(['q4f16']), ['--turns-only']),
}

const titles: Readonly<Record<Part, string>> = {
  cpu: 'onnxruntime-node, CPU provider',
  chromium: 'WebGPU in headless Chromium (SwiftShader), every node on the GPU',
  dawn: 'WebGPU in Node (Dawn on Mesa lavapipe, `shader-f16`), every node on the GPU',
  live: 'The live window on the CPU provider',
  'live-chromium': 'The live window in headless Chromium (SwiftShader)',
  drawn: 'What the embedded model reads of drawn faces',
  faults: 'The same with deliberate mistakes',
  calibration: 'How far its probabilities can be believed',
  compare: 'Its curriculum against mixed training (`make -C training compare`)',
  build: 'A checkpoint of the true 3B shapes',
  wide: 'The true widths and vocabulary of the 3B, on the CPU provider',
  'wide-dawn': 'The same on WebGPU in Node (Dawn on Mesa lavapipe, `shader-f16`), every node on the GPU',
}

const mark = (part: Part, end = '') => `<!-- ${end}${part} -->`

function kept(part: Part): string | undefined {
  if (!existsSync(page)) return undefined
  const text = readFileSync(page, 'utf8')
  const [from, to] = [text.indexOf(mark(part)), text.indexOf(mark(part, '/'))]
  return from < 0 || to < 0 ? undefined : text.slice(from + mark(part).length, to).trim()
}

/** Puts a part's body between its marks in the model's card. */
function fillCard(part: Part, body: string): void {
  const text = readFileSync(card, 'utf8')
  const [from, to] = [text.indexOf(mark(part)), text.indexOf(mark(part, '/'))]
  if (from < 0 || to < 0) return
  writeFileSync(card, `${text.slice(0, from + mark(part).length)}\n\n${body}\n\n${text.slice(to)}`)
}

const wanted = process.argv.slice(2)
const intro = `# Numerics

Made by \`npx tsx scripts/numerics.ts\`, which runs \`videmo parity\`, \`videmo score\` and \`videmo build\` and
copies what they print.

*golden*: PyTorch in float32 on the unquantized weights. *decoded*: the float32 graph on the CPU with the same quantized
weights decoded: what remains is the kernels' own arithmetic. Tokens are greedy answers to three turns, to a growing
window, and (own fixtures) under a repetition penalty; comparison of an answer ends at a step whose margin is under 2e-3.
Random weights at these small widths take 4 bits badly, hence the low cosines of q4 against the golden: they compare
formats, not readings. Verdicts: fp32 within 2e-3 (GPU 5e-3); q8 and q4 within 1e-3 (GPU 5e-3) of decoded; fp16 cosine
0.999 to golden, q4f16 0.999 to decoded; nothing infinite or NaN.

*Live window* (\`videmo parity --live\`): pairs are appended to one cache, questions asked on branches and rolled back,
earlier answers recalled, a full window moved on, and two windows interleaved, with and without a repetition penalty of
1.3; every answer is recomputed from an empty cache in one pass and compared token for token.

*True widths* (the last two tables): \`python fixtures/make_wide_reference.py\` makes checkpoints of the 3B's widths, heads
and vocabulary with 3 decoder layers and 4 vision blocks, read on four frames of 640x480 pixels; *outlier* has MLP products
beyond float16's range. \`npx tsx scripts/numerics.ts wide wide-dawn\` runs them.`

const sections = parts.map((part) => {
  const isMissing = part.startsWith('wide') && wideSets().length === 0
  const isWanted = (wanted.length === 0 || wanted.includes(part)) && !isMissing
  const body = isWanted ? makers[part]() : (kept(part) ?? 'Not run.')
  fillCard(part, body)
  return `## ${titles[part]}\n\n${mark(part)}\n\n${body}\n\n${mark(part, '/')}`
})
writeFileSync(page, `${[intro, ...sections].join('\n\n')}\n`)
copyFileSync(card, join(embedded, 'README.md'))
