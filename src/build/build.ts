import { BuildError } from '../base/errors.ts'
import { bundleVersion, type Dtype, type Manifest, type ManifestFile } from '../manifest/manifest.ts'
import type { Qwen25VLConfig } from '../qwen25vl/index.ts'
import { checkArchitecture, expectedTensors, readConfig } from './checkpoint/architecture.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint/checkpoint.ts'
import { readLicense } from './checkpoint/license.ts'
import type { CheckpointFiles, SourceRange } from './checkpoint/source.ts'
import { decoderGraph, type PlannedGraph } from './graphs/decoder-graph.ts'
import { visionGraph } from './graphs/vision-graph.ts'
import { bundleTexts } from './layouts/bundle-texts.ts'
import { transformersJsGraphs, transformersJsName } from './layouts/transformers-js.ts'
import { readChatTemplate, transformersJsTexts } from './layouts/transformers-js-texts.ts'
import { planStorage, type StoragePlan, type StreamName, StreamWriter } from './output/data-files.ts'
import { FileHashes, type Hash, HashedFile, newHash } from './output/hashed-file.ts'
import { type LargestFile, oversizeWords } from './output/largest-file.ts'
import type { BundleSink, FileSink, ResumableSink } from './output/sink.ts'
import { type Balance, exponentsOf, measureBalance } from './precision/balance.ts'
import { kernelBase64 } from './precision/kernel/quantize-wasm.ts'
import { type BlockFormat, blockSize, type QuantizerBackend, sameThread } from './precision/quantize.ts'
import { type FileState, writeNote } from './resume/build-notes.ts'
import { KeptWeights } from './resume/finished-weights.ts'
import {
  type Headroom,
  halfHeadroom,
  type LinearStorage,
  type MatrixPart,
  type MlpPair,
  noHeadroom,
  type Precision,
  type WeightRecipe,
  weightName,
} from './weights/recipe.ts'
import { valuesRead, type WeightError, WeightWriter } from './weights/weight-writer.ts'

export type Layout = 'bundle' | 'transformers.js'

export interface BuildOptions {
  readonly dtype: Dtype
  /** Bits of the token table and head; the dtype's own where unsaid. */
  readonly embedBits?: 4 | 8
  /** Bits of the vision tower's matrices; the dtype's own where unsaid. */
  readonly visionBits?: 4 | 8 | 16
  /** Stores a zero point per block of the linear layers: a little more accurate, 3 % larger. */
  readonly zeroPoints?: boolean
  /** Largest data file, but for a tensor that is larger. */
  readonly shardBytes?: number
  readonly layout?: Layout
  /** Decodes quantized weights again and computes in float32: what a quantized bundle is compared with. */
  readonly dequantized?: boolean
  /** Where the checkpoint comes from, when `files.origin` is not what the manifest should say. */
  readonly source?: { readonly origin?: string; readonly revision?: string }
  readonly license?: Manifest['license']
  /** What the model was trained to read, for the manifest. */
  readonly reads?: Manifest['reads']
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: BuildProgress) => void
  /** Told before the first byte is written, and may refuse by throwing. */
  readonly onPlan?: (plan: BuildPlan) => void | Promise<void>
  /** Told once, before the first weight, what of an earlier build is gone on with. Resumable sinks only. */
  readonly onKept?: (kept: Kept) => void
  /** Threads to quantize in. */
  readonly quantizer?: QuantizerBackend
  /** A faster SHA-256 than the WebAssembly one, where the platform has one. */
  readonly createHash?: () => Hash
}

/** What a resumable sink holds of an earlier build. */
export type Kept =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'some'; readonly doneBytes: number; readonly weights: number }
  /** It was thrown away: it is of another version of the checkpoint or of this program, or was damaged on disk. */
  | { readonly kind: 'unusable'; readonly reason: 'changed' | 'damaged' }

export interface BuildProgress {
  /** Bytes of the checkpoint worked through and in all. */
  readonly doneBytes: number
  readonly totalBytes: number
  /** The weight in hand. */
  readonly weight: string
}

export interface BuildResult {
  /** Undefined in the layout of transformers.js, which has none. */
  readonly manifest: Manifest | undefined
  readonly errors: readonly WeightError[]
  readonly files: readonly ManifestFile[]
  readonly largestFile: LargestFile
  /** What has to be known of it where it is larger than a data file was to be. */
  readonly oversize?: string
  /** The checkpoint's weights files. */
  readonly weightFiles: readonly { readonly name: string; readonly size: number }[]
}

export const defaultShardBytes = 512 * 2 ** 20

/**
 * Builds a bundle (or the layout that transformers.js loads) from a Qwen2.5-VL checkpoint. Weights are read, converted
 * and written in blocks of rows. The manifest comes last, and on any failure the sink is told to discard everything; a
 * resumable one keeps what is finished, weight by weight, and the next build into it goes on from there.
 * Throws ConfigError, CheckpointError, BuildError, or the reason of an abort.
 */
export async function buildBundle(
  files: CheckpointFiles,
  sink: BundleSink | ResumableSink,
  options: BuildOptions,
): Promise<BuildResult> {
  try {
    const checkpoint = await openCheckpoint(files, options.signal)
    const result = await new BundleBuild(checkpoint, files, sink, options).run()
    options.signal?.throwIfAborted()
    await sink.commit()
    return result
  } catch (error) {
    await ('suspend' in sink ? sink.suspend() : sink.discard())
    throw error
  }
}

/** What a build will read and write, known from the checkpoint's small files and headers. */
export interface BuildPlan {
  readonly parameters: number
  /** Tensors of the checkpoint that are read. */
  readonly tensors: number
  /** Of weights. */
  readonly sourceBytes: number
  /** Of the bundle: exact but for report and manifest, a few hundred kilobytes. */
  readonly resultBytes: number
  readonly largestFile: LargestFile
  /** What has to be known of it where it is larger than a data file was to be. */
  readonly oversize?: string
  readonly license: Manifest['license']
}

/** Plans without reading a weight. Throws as `buildBundle` does. */
export async function planBundle(files: CheckpointFiles, options: BuildOptions): Promise<BuildPlan> {
  const checkpoint = await openCheckpoint(files, options.signal)
  return new BundleBuild(checkpoint, files, new NoSink(), options).plan()
}

/** Where nothing is written. */
class NoSink implements BundleSink {
  create(path: string): Promise<FileSink> {
    throw new Error(`${path} is written while a build is only planned`)
  }

  async commit(): Promise<void> {}

  async discard(): Promise<void> {}
}

interface GraphToWrite {
  readonly name: string
  readonly graphPath: string
  /** The graph's folder; its data files lie there too. */
  readonly folder: string
  readonly planned: PlannedGraph
  readonly storage: StoragePlan
}

interface Side {
  readonly precision: Precision
  readonly headroom: Headroom
}

class BundleBuild {
  private readonly config: Qwen25VLConfig
  private readonly text: Side
  private readonly vision: Side
  private readonly written: ManifestFile[] = []
  /** Files that have grown since the last note. */
  private readonly grown = new Set<HashedFile>()
  /** What is gone on with. */
  private kept = new KeptWeights()
  private doneValues = 0
  private readonly bytesPerValue: number
  private readonly resumable: ResumableSink | undefined

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly files: CheckpointFiles,
    private readonly sink: BundleSink | ResumableSink,
    private readonly options: BuildOptions,
  ) {
    this.resumable = 'suspend' in sink ? sink : undefined
    this.config = readConfig(checkpoint)
    checkArchitecture(checkpoint, this.config)
    const sides = sidesOf(options)
    this.text = sides.text
    this.vision = sides.vision
    if (bitsOf(options).linear < 16) checkWidths(this.config)
    this.bytesPerValue = checkpoint.tensor('model.embed_tokens.weight').dtype === 'F32' ? 4 : 2
  }

  async plan(): Promise<BuildPlan> {
    const graphs = this.graphs()
    const ofGraph = ({ planned, storage }: GraphToWrite) =>
      planned.graph.serialize(storage.placements).length +
      [...storage.streams.data, ...storage.streams.scales].reduce((sum, { bytes }) => sum + bytes, 0)
    const texts = Object.values(await this.texts(graphs))
    return {
      parameters: countParameters(this.config),
      tensors: [...expectedTensors(this.config)].length,
      ...this.largest(graphs),
      sourceBytes: totalValues(graphs) * this.bytesPerValue,
      resultBytes:
        graphs.reduce((sum, graph) => sum + ofGraph(graph), 0) +
        texts.reduce((sum, text = '') => sum + new TextEncoder().encode(text).length, 0),
      license: await this.license(),
    }
  }

  async run(): Promise<BuildResult> {
    const graphs = this.graphs()
    if (this.options.onPlan) await this.options.onPlan(await this.plan())
    if (this.resumable) await this.goOn(this.resumable, graphs)
    this.files.expect?.(this.rangesToRead(graphs))
    const texts = await this.texts(graphs)
    const errors = await this.writeWeights(graphs)
    for (const { graphPath, planned, storage } of graphs) {
      await this.writeWhole(graphPath, planned.graph.serialize(storage.placements))
    }
    for (const [path, text] of Object.entries(texts)) {
      if (text !== undefined) await this.writeWhole(path, new TextEncoder().encode(text))
    }
    await this.writeWhole('report.json', encode({ dtype: this.options.dtype, weights: errors }))
    const manifest = this.layout === 'bundle' ? await this.manifest(graphs) : undefined
    // Last: a folder without it is no bundle.
    if (manifest) await this.writeWhole('manifest.json', encode(manifest))
    const { weightFiles } = this.checkpoint
    return { manifest, errors, files: this.written, ...this.largest(graphs), weightFiles }
  }

  private largest(graphs: readonly GraphToWrite[]): { readonly largestFile: LargestFile; readonly oversize?: string } {
    const files = graphs.flatMap(({ folder, storage: { streams } }) =>
      [...streams.data, ...streams.scales].map((file) => ({ ...file, path: folder + file.path })),
    )
    const { path, bytes, tensors } = files.reduce((most, file) => (file.bytes > most.bytes ? file : most))
    if (bytes <= this.shardBytes) return { largestFile: { path, bytes } }
    const largestFile = { path, bytes, tensor: tensors[0].name }
    return { largestFile, oversize: oversizeWords(largestFile, this.shardBytes) }
  }

  private get shardBytes(): number {
    return this.options.shardBytes ?? defaultShardBytes
  }

  private get layout(): Layout {
    return this.options.layout ?? 'bundle'
  }

  private graphs(): readonly GraphToWrite[] {
    return this.layout === 'bundle' ? this.bundleGraphs() : this.transformersJsGraphs()
  }

  private async writeWeights(graphs: readonly GraphToWrite[]): Promise<WeightError[]> {
    const { options, checkpoint, kept, resumable } = this
    const totalBytes = totalValues(graphs) * this.bytesPerValue
    const errors: WeightError[] = []
    for (const { planned, storage, folder } of graphs) {
      const balances = new Map<string, Balance>()
      let weight = ''
      const advance = (values: number) => {
        this.doneValues += values
        options.onProgress?.({ doneBytes: this.doneBytes, totalBytes, weight })
      }
      const create = (path: string) => this.create(folder + path)
      const streams = {
        data: new StreamWriter(storage.streams.data, create),
        scales: new StreamWriter(storage.streams.scales, create),
      }
      const quantizer = options.quantizer ?? sameThread
      const writer = new WeightWriter(checkpoint, streams, balances, quantizer, advance, options.signal)
      // By the headroom, not the type: a dequantized build computes in float32 but must hold the same weights.
      const { headroom } = planned.layers
      const smallest = headroom === noHeadroom ? 0 : smallestHalfPeak(headroom)
      const start = (pair: MlpPair) => {
        const balance = measureBalance(checkpoint, pair, smallest, advance, options.signal)
        // Awaited when its turn comes; until then a failure is not an unhandled one.
        balance.catch(() => undefined)
        return { name: pair.name, balance }
      }
      // The next MLP is measured while threads quantize this one; but a far source is read in the order that it was
      // told of, with room for one.
      const mayRunAhead = quantizer.concurrency > 0 && this.files.expect === undefined
      let ahead: ReturnType<typeof start> | undefined
      const measure = async (name: string) => {
        const pair = pairNamed(planned, name)
        const balance = await (ahead?.name === name ? ahead : start(pair)).balance
        const next = planned.pairs[planned.pairs.indexOf(pair) + 1]
        ahead = next && mayRunAhead ? start(next) : undefined
        return balance
      }
      for (const recipe of planned.layers.recipes) {
        weight = weightName(recipe)
        const earlier = kept.next(recipe)
        if (earlier) {
          skip(recipe, streams)
          if (earlier.error) errors.push(earlier.error)
          continue
        }
        const mlp = mlpOf(recipe)
        if (mlp !== undefined && !balances.has(mlp)) {
          const known = kept.balances.get(mlp)
          const balance = known ?? (await measure(mlp))
          balances.set(mlp, balance)
          const progress = { doneBytes: this.doneBytes, totalBytes }
          const exponents = exponentsOf(balance)
          if (!known) await resumable?.note(writeNote({ ...progress, kind: 'balance', mlp, exponents }))
        }
        await writer.write(recipe)
        if (!resumable) continue
        await writer.flush()
        const error = writer.errors.at(-1)
        await resumable.note(
          writeNote({
            kind: 'weight',
            weight,
            doneBytes: this.doneBytes,
            totalBytes,
            files: this.takeGrown(),
            ...(error?.weight === weight ? { error } : {}),
          }),
        )
      }
      await writer.flush()
      errors.push(...writer.errors)
    }
    return errors
  }

  private get doneBytes(): number {
    return this.doneValues * this.bytesPerValue
  }

  /** Finds what an earlier build has left in the sink, and makes sure that it is what it was. */
  private async goOn(sink: ResumableSink, graphs: readonly GraphToWrite[]): Promise<void> {
    const fingerprint = await this.fingerprint(graphs)
    const lines = await sink.noted()
    const kept = KeptWeights.read(
      lines,
      fingerprint,
      graphs.flatMap(({ planned }) => planned.layers.recipes),
      graphs.flatMap(({ planned }) => planned.pairs),
    )
    if (typeof kept === 'object' && (await this.reopenAll(sink, kept, graphs))) {
      this.kept = kept
      this.doneValues = kept.doneBytes / this.bytesPerValue
      this.options.onKept?.({ kind: 'some', doneBytes: kept.doneBytes, weights: kept.count })
      return
    }
    this.written.length = 0
    await sink.clear()
    await sink.note(writeNote({ kind: 'build', fingerprint }))
    const reason = kept === 'changed' ? 'changed' : 'damaged'
    this.options.onKept?.(lines.length === 0 ? { kind: 'nothing' } : { kind: 'unusable', reason })
  }

  /** Whether every file still begins with the bytes that were noted. Whole ones count as written from now on. */
  private async reopenAll(sink: ResumableSink, kept: KeptWeights, graphs: readonly GraphToWrite[]): Promise<boolean> {
    const sizes = new Map(
      graphs.flatMap(({ folder, storage: { streams } }) =>
        [...streams.data, ...streams.scales].map(({ path, bytes }) => [folder + path, bytes] as const),
      ),
    )
    for (const { path, bytes, sha256 } of kept.files.values()) {
      this.options.signal?.throwIfAborted()
      const hashes = await FileHashes.create()
      const file = await sink.reopen(path, bytes, (chunk) => hashes.update(chunk))
      if (!file) return false
      const hashed = new HashedFile(path, file, hashes)
      if (hashed.state().sha256 !== sha256) {
        await file.close()
        return false
      }
      if (sizes.get(path) !== bytes) kept.open.set(path, hashed)
      else {
        await hashed.close()
        this.written.push(hashed.entry())
      }
    }
    return true
  }

  /**
   * SHA-256 over all that decides what is written: the checkpoint's small files, its weights files as far as their hosts
   * tell them apart, and the plan of the bundle.
   */
  private async fingerprint(graphs: readonly GraphToWrite[]): Promise<string> {
    const hash = await newHash()
    const { dtype, dequantized = false } = this.options
    hash.update(
      encode({ dtype, dequantized, bits: bitsOf(this.options), kernelBase64, sidecars: this.checkpoint.sidecars }),
    )
    for (const source of this.checkpoint.weightFiles) {
      const { name, size, version } = source
      const head = await source.read(0, Math.min(size, comparedBytes), this.options.signal)
      hash.update(encode({ name, size, version })).update(head)
    }
    for (const { planned, storage } of graphs) {
      hash.update(encode(planned.layers.recipes)).update(planned.graph.serialize(storage.placements))
    }
    return hash.digest()
  }

  /** Where the weights that are still to be made lie, in the order in which they are read. */
  private rangesToRead(graphs: readonly GraphToWrite[]): SourceRange[] {
    const ranges: SourceRange[] = []
    const add = (tensor: string, firstRow = 0, rows?: number) => {
      const { file, begin, end, shape } = this.checkpoint.tensor(tensor)
      const rowBytes = (end - begin) / (shape[0] ?? 1)
      const last = rows === undefined ? end : begin + (firstRow + rows) * rowBytes
      ranges.push({ file, begin: begin + firstRow * rowBytes, end: last })
    }
    let index = 0
    for (const { planned } of graphs) {
      const measured = new Set(this.kept.balances.keys())
      for (const recipe of planned.layers.recipes) {
        if (index++ < this.kept.count) continue
        const mlp = mlpOf(recipe)
        if (mlp !== undefined && !measured.has(mlp)) {
          measured.add(mlp)
          const { up, down } = pairNamed(planned, mlp)
          add(up)
          add(down)
        }
        for (const { tensor, firstRow, rows } of recipe.parts) add(tensor, firstRow, rows)
      }
    }
    return ranges
  }

  private takeGrown(): FileState[] {
    const states = Array.from(this.grown, (file) => file.state())
    this.grown.clear()
    return states
  }

  private bundleGraphs(): readonly GraphToWrite[] {
    const planned = [
      ['vision', visionGraph(this.config.vision, this.vision.precision, this.vision.headroom)],
      ['decoder', decoderGraph(this.config.text, this.text.precision, this.text.headroom)],
    ] as const
    return planned.map(([name, plan]) =>
      this.toWrite(name, `${name}.onnx`, plan, (stream, index) => `${name}.${stream}.${pad(index)}`),
    )
  }

  private transformersJsGraphs(): readonly GraphToWrite[] {
    return transformersJsGraphs(this.config, this.text, this.vision).map(([name, plan]) => {
      const file = `${transformersJsName(name, this.options.dtype)}.onnx`
      // It numbers all data files of a graph in one row, so the scales' come after however many the weights take.
      const weightFiles = this.toWrite(name, '', plan, (stream, index) => `${stream}.${index}`).storage.streams.data
      return this.toWrite(name, `onnx/${file}`, plan, (stream, index) => {
        const number = stream === 'data' ? index : weightFiles.length + index
        return `${file}_data${number === 0 ? '' : `_${number}`}`
      })
    })
  }

  private toWrite(
    name: string,
    graphPath: string,
    planned: PlannedGraph,
    nameFile: (stream: StreamName, index: number) => string,
  ): GraphToWrite {
    const folder = graphPath.includes('/') ? graphPath.slice(0, graphPath.lastIndexOf('/') + 1) : ''
    return { name, graphPath, folder, planned, storage: planStorage(planned.layers, this.shardBytes, nameFile) }
  }

  /** The small files' texts by path. */
  private async texts(graphs: readonly GraphToWrite[]): Promise<Readonly<Record<string, string | undefined>>> {
    const { config, options } = this
    const { sidecars } = this.checkpoint
    if (this.layout === 'bundle') return bundleTexts(sidecars, config)
    const counts = graphs.map(({ graphPath, folder, storage: { streams } }) => [
      graphPath.slice(folder.length),
      streams.data.length + streams.scales.length,
    ])
    const chatTemplate = await readChatTemplate(this.files, sidecars, options.signal)
    return transformersJsTexts({ sidecars, config, chatTemplate }, options.dtype, Object.fromEntries(counts))
  }

  private async manifest(graphs: readonly GraphToWrite[]): Promise<Manifest> {
    const { text, vision, preprocessor } = this.config
    const { options, checkpoint } = this
    const largest = Math.max(...graphs.flatMap(({ planned }) => planned.graph.externals.map(({ bytes }) => bytes)))
    const entry = (name: 'vision' | 'decoder') => {
      const found = graphs.find((graph) => graph.name === name)
      if (!found) throw new Error(`no graph named ${name}`)
      const { data, scales } = found.storage.streams
      return {
        graph: found.graphPath,
        data: [...data, ...scales].map(({ path }) => path),
        compute: found.planned.layers.compute,
      }
    }
    const revision = options.source?.revision
    const graphEntries = { vision: entry('vision'), decoder: entry('decoder') }
    const needsHalf = Object.values(graphEntries).some(({ compute }) => compute === 'f16')
    return {
      format: 'videmo-bundle',
      version: bundleVersion,
      source: {
        origin: options.source?.origin ?? checkpoint.origin,
        ...(revision === undefined ? {} : { revision }),
        architecture: 'Qwen2_5_VLForConditionalGeneration',
      },
      license: await this.license(),
      model: {
        parameters: countParameters(this.config),
        layers: text.layers,
        hiddenSize: text.hiddenSize,
        heads: text.heads,
        kvHeads: text.kvHeads,
        headDim: text.headDim,
        vocabSize: text.vocabSize,
        visionDepth: vision.depth,
        visionHiddenSize: vision.hiddenSize,
      },
      ...(options.reads ? { reads: options.reads } : {}),
      video: {
        framesPerSecond: preprocessor.videoFps,
        minFrames: preprocessor.videoMinFrames,
        maxFrames: preprocessor.videoMaxFrames,
        maxPixels: preprocessor.videoMaxPixels,
      },
      dtype: options.dtype,
      bits: bitsOf(options),
      needs: {
        features: needsHalf ? ['shader-f16'] : [],
        limits: { maxBufferSize: largest, maxStorageBufferBindingSize: largest },
      },
      contextLength: text.maxPositionEmbeddings,
      graphs: graphEntries,
      files: this.written.slice(),
    }
  }

  private async license(): Promise<Manifest['license']> {
    const { license, source, signal } = this.options
    const link = source?.origin ?? this.checkpoint.origin
    return license ?? (await readLicense(this.files, signal)) ?? { link }
  }

  private async writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.create(path)
    await file.write(bytes)
    await file.close()
  }

  /** A file of the bundle that is hashed as it is written and then listed. */
  private async create(path: string): Promise<FileSink> {
    const file = this.kept.open.get(path) ?? (await this.createNew(path))
    return {
      write: async (chunk) => {
        this.grown.add(file)
        await file.write(chunk)
      },
      close: async () => {
        await file.close()
        this.written.push(file.entry())
      },
    }
  }

  private async createNew(path: string): Promise<HashedFile> {
    const file = await this.sink.create(path)
    // Notes need the hash of a file's beginning, which not every hasher gives.
    const createHash = this.resumable ? undefined : this.options.createHash
    return new HashedFile(path, file, await FileHashes.create(createHash))
  }
}

/** Of each weights file, what is compared to tell whether it is still the same: no more than comes with its header. */
const comparedBytes = 256 * 1024

function skip(recipe: WeightRecipe, { data, scales }: Readonly<Record<StreamName, StreamWriter>>): void {
  if (recipe.kind === 'dense') data.skip(recipe.external)
  else {
    data.skip(recipe.data)
    scales.skip(recipe.scales)
    if (recipe.zeroPoints) scales.skip(recipe.zeroPoints)
  }
}

/** The MLP by whose balance some part is scaled. */
function mlpOf(recipe: WeightRecipe): string | undefined {
  return recipe.parts.find((part: MatrixPart) => part.balance)?.balance?.mlp
}

function pairNamed({ pairs }: PlannedGraph, name: string): MlpPair {
  const found = pairs.find((pair) => pair.name === name)
  if (!found) throw new Error(`no MLP named ${name}`)
  return found
}

/** Values of the checkpoint that a build reads, each once. */
function totalValues(graphs: readonly GraphToWrite[]): number {
  const measured = graphs.flatMap(({ planned }) => planned.pairs)
  const read = graphs.flatMap(({ planned }) => planned.layers.recipes).map(valuesRead)
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0)
  return sum(read) + sum(measured.map(({ channels, hidden }) => 2 * channels * hidden))
}

/** Bits a value of each part, as the options and the dtype's defaults have it. */
export function bitsOf(options: Pick<BuildOptions, 'dtype' | 'embedBits' | 'visionBits'>): Manifest['bits'] {
  const linear = { fp32: 32, fp16: 16, q8: 8, q4: 4, q4f16: 4 }[options.dtype]
  const quantized = linear < 16
  return {
    linear,
    embedding: quantized ? (options.embedBits ?? linear) : linear,
    vision: quantized ? (options.visionBits ?? linear) : linear,
  }
}

function sidesOf(options: BuildOptions): { readonly text: Side; readonly vision: Side } {
  const bits = bitsOf(options)
  const compute = options.dtype === 'fp16' || options.dtype === 'q4f16' ? 'f16' : 'f32'
  const storage = (width: number, scales: 'f32' | 'f16', zeroPoints: boolean): LinearStorage => {
    if (width === 32) return { kind: 'dense', type: 'f32' }
    if (width === 16) return { kind: 'dense', type: options.dequantized ? 'f32' : 'f16' }
    const format: BlockFormat = { bits: width === 8 ? 8 : 4, scales, zeroPoints }
    return options.dequantized ? { kind: 'dense', type: 'f32', through: format } : { kind: 'blocks', format }
  }
  const zeroPoints = options.zeroPoints ?? false
  const side = (width: number): Side => ({
    precision: {
      compute: options.dequantized ? 'f32' : compute,
      linear: storage(width, compute, zeroPoints),
      embedding: storage(bits.embedding, 'f32', false),
    },
    headroom: compute === 'f16' ? halfHeadroom : noHeadroom,
  })
  return { text: side(bits.linear), vision: side(bits.vision) }
}

/**
 * The least largest-value of an up row (before the uniform 2^-product) whose float16 block scale, an eighth of it,
 * stays a normal number: shaders may flush subnormals to zero.
 */
function smallestHalfPeak(headroom: Headroom): number {
  return 2 ** (-14 + 3 + headroom.product)
}

/** Throws BuildError where a width that must be cut into blocks of 32 cannot be. */
function checkWidths(config: Qwen25VLConfig): void {
  const { text, vision } = config
  const widths = {
    hidden_size: text.hiddenSize,
    'num_attention_heads * head_dim': text.heads * text.headDim,
    'vision_config.hidden_size': vision.hiddenSize,
  }
  for (const [field, width] of Object.entries(widths)) {
    if (width % blockSize === 0) continue
    throw new BuildError({
      code: 'width-not-divisible',
      message: `config.json: ${field} is ${width}, which cannot be cut into quantization blocks of ${blockSize}.`,
      action: 'Build this checkpoint with --dtype fp32 or fp16.',
      subject: `config.json: ${field}`,
    })
  }
}

function countParameters(config: Qwen25VLConfig): number {
  let count = 0
  for (const { shape } of expectedTensors(config)) count += shape.reduce((product, dim) => product * dim, 1)
  return count
}

function pad(index: number): string {
  return String(index).padStart(3, '0')
}

function encode(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 1)}\n`)
}
