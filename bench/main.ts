/** `npm run bench`: side by side with stock transformers.js in a browser; ours alone on Dawn; a folder to take along. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { defineCommand } from 'citty'
import { runCommandLine } from '../cli/command-line.ts'
import { countOption, oneOf } from '../cli/options.ts'
import { QuantizerPool } from '../cli/quantizer-pool.ts'
import { dtypes } from '../src/manifest/manifest.ts'
import { runDawn } from './dawn.ts'
import { defaultCycles, defaultDtype, defaultTokens } from './dawn-options.ts'
import { facesMarkdown, runFaces } from './faces.ts'
import { facesLiveText, measureFacesLive } from './faces-live.ts'
import { firstVisitText, measureFirstVisit } from './first-visit.ts'
import { pack } from './pack.ts'
import { packedMarkdown } from './packed-report.ts'
import { plotsPage } from './plots.ts'
import type { BenchReport } from './report.ts'
import { type BenchPart, benchParts, runBench } from './side-by-side.ts'
import { publishedTokenizer, sizes } from './sizes.ts'
import { markdownText, terminalText, withSection } from './text.ts'

const docs = fileURLToPath(new URL('../docs/benchmarks.md', import.meta.url))

const bench = defineCommand({
  meta: { name: 'bench', description: 'Measures this engine, beside stock transformers.js on the same weights.' },
  args: {
    size: { type: 'string', default: 'middle', description: `Weights: ${sizes.join(', ')}` },
    dtype: { type: 'string', description: `${dtypes.join(', ')}; default: q4, for 3b q4f16` },
    alternations: { type: 'string', default: '7', description: 'How often both sides take turns' },
    tokens: { type: 'string', description: 'Of an answer' },
    parts: { type: 'string', default: benchParts.join(), description: `Some of: ${benchParts.join(', ')}` },
    bundle: { type: 'string', default: 'public/models/videmo-tiny', description: 'Bundle to measure drafts with' },
    clips: { type: 'string', default: '7', description: 'Drawn clips to measure drafts on' },
    checkpoint: { type: 'string', description: "Checkpoint of the small size; default: the fixtures'" },
    'gpu-updates': { type: 'string', description: "Also: the GPU's bytes after so many updates, over those after 5" },
    gpu: { type: 'boolean', default: false, description: "Use the machine's GPU where Chromium finds one" },
    json: { type: 'string', description: 'File for the report as JSON' },
    html: { type: 'string', description: 'File for the report as a page with plots' },
    'faces-live': {
      type: 'boolean',
      default: false,
      description: 'How often a face is measured in front of a camera, and what that costs the page',
    },
    'first-visit': {
      type: 'boolean',
      default: false,
      description: 'How soon a first visitor sees the drawn face, and its first reading, over slow lines',
    },
    seconds: { type: 'string', description: 'With --faces-live: of each case; default: 20' },
    dawn: { type: 'boolean', default: false, description: 'Ours alone, in Node on Dawn' },
    cycles: { type: 'string', description: 'With --dawn: how often from hop to hop' },
    faces: { type: 'boolean', default: false, description: 'The face networks alone, on processor and WebGPU' },
    pack: { type: 'string', description: 'Folder to write that does the same on a machine without Node' },
    packed: {
      type: 'string',
      description: 'Reports of a packed folder (its --json), with commas between: print their tables',
    },
    docs: { type: 'boolean', default: false, description: 'Put the report into docs/benchmarks.md' },
  },
  async run({ args, rawArgs }) {
    const size = oneOf('--size', args.size, sizes)
    const dtype = oneOf('--dtype', args.dtype ?? defaultDtype(size), dtypes)
    const tokens = countOption('--tokens', args.tokens, 2) ?? defaultTokens
    const started = performance.now()
    const onProgress = (text: string) => {
      process.stderr.write(`${((performance.now() - started) / 1000).toFixed(0).padStart(5)} s  ${text}\n`)
    }
    const command = ['npm run bench --', ...rawArgs.map((arg) => arg || '""')].join(' ')
    if (args.faces) {
      const report = await runFaces({ command, isHardware: args.gpu, onProgress })
      const text = facesMarkdown(report)
      process.stdout.write(`${text}\n`)
      await write(args.json, `${JSON.stringify(report, null, 1)}\n`)
      if (args.docs) await writeFile(docs, withSection(await readFile(docs, 'utf8'), 'faces', text))
      return
    }
    if (args.pack !== undefined) {
      const bytes = await pack(args.pack, onProgress)
      process.stdout.write(`${args.pack}: ${(bytes / 1e6).toFixed(0)} MB; sh ${args.pack}/run.sh\n`)
      return
    }
    if (args.packed !== undefined) {
      const reports = await Promise.all(args.packed.split(',').map((path) => readFile(path, 'utf8')))
      const text = reports.map((report) => packedMarkdown(JSON.parse(report))).join('\n\n')
      process.stdout.write(`${text}\n`)
      if (args.docs) await writeFile(docs, withSection(await readFile(docs, 'utf8'), 'packed', text))
      return
    }
    if (args['faces-live']) {
      const report = await measureFacesLive(countOption('--seconds', args.seconds, 1) ?? 20, onProgress)
      process.stdout.write(`${facesLiveText(report)}\n`)
      await write(args.json, `${JSON.stringify(report, null, 1)}\n`)
      return
    }
    if (args['first-visit']) {
      const report = await measureFirstVisit(onProgress)
      process.stdout.write(`${firstVisitText(report)}\n`)
      await write(args.json, `${JSON.stringify(report, null, 1)}\n`)
      return
    }
    if (args.dawn) {
      const report = await runDawn({
        size,
        dtype,
        tokens,
        cycles: countOption('--cycles', args.cycles, 1) ?? defaultCycles,
        work: fileURLToPath(new URL('../.cache/bench/dawn', import.meta.url)),
        keepsWeights: false,
        publicFolder: fileURLToPath(new URL('../public', import.meta.url)),
        tokenizer: publishedTokenizer(),
        child: ['--liftoff-only', '--import', 'tsx', fileURLToPath(new URL('dawn-measure.ts', import.meta.url))],
        openPool: () => new QuantizerPool(),
        onProgress,
      })
      const text = `${JSON.stringify(report, null, 1)}\n`
      process.stdout.write(text)
      await write(args.json, text)
      return
    }
    const gpuUpdates = countOption('--gpu-updates', args['gpu-updates'], 6)
    const report = await runBench({
      command,
      size,
      dtype,
      alternations: countOption('--alternations', args.alternations, 1) ?? 7,
      tokens,
      parts: partsOf(args.parts),
      bundle: args.bundle,
      clips: countOption('--clips', args.clips, 1) ?? 7,
      ...(args.checkpoint === undefined ? {} : { checkpoint: args.checkpoint }),
      ...(gpuUpdates === undefined ? {} : { gpuUpdates }),
      isHardware: args.gpu,
      onProgress,
    })
    process.stdout.write(`${terminalText(report)}\n\n${JSON.stringify({ ratios: report.ratios })}\n`)
    await write(args.json, `${JSON.stringify(report, null, 1)}\n`)
    await write(args.html, plotsPage(report))
    if (args.docs) await updateDocs(report)
  },
})

function partsOf(value: string): BenchPart[] {
  return value
    .split(',')
    .filter((part) => part !== '')
    .map((part) => oneOf('--parts', part, benchParts))
}

async function write(path: string | undefined, text: string): Promise<void> {
  if (path === undefined) return
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, text)
}

async function updateDocs(report: BenchReport): Promise<void> {
  const page = await readFile(docs, 'utf8')
  const parts = ['sides', 'drafted', 'longTasks', 'gpu'] as const
  const title = [report.size, ...parts.filter((part) => report[part])].join('-')
  await writeFile(docs, withSection(page, title, markdownText(report)))
}

const status = await runCommandLine({ call: 'npm run bench --', main: bench }, process.argv.slice(2))
if (status !== undefined) process.exitCode = status
