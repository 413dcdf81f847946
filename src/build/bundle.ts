import { createSHA256 } from 'hash-wasm'
import { BuildError } from '../errors.ts'
import { bundleVersion, type Dtype, type Manifest, type ManifestFile } from '../manifest/manifest.ts'
import type { Qwen25VLConfig } from '../qwen25vl/index.ts'
import { checkArchitecture, expectedTensors, readConfig } from './architecture.ts'
import { type Balance, measureBalance } from './balance.ts'
import { type Checkpoint, openCheckpoint } from './checkpoint.ts'
import { decoderGraph, type PlannedGraph } from './decoder-graph.ts'
import { type BlockFormat, blockSize, type QuantizerBackend, sameThread } from './quantize.ts'
import type { BundleSink, FileSink } from './sink.ts'
import type { CheckpointFiles } from './source.ts'
import { planStorage, type StoragePlan, type StreamName, StreamWriter } from './storage.ts'
import {
  transformersJsConfig,
  transformersJsGraphs,
  transformersJsName,
  transformersJsPreprocessor,
} from './transformers-js.ts'
import { visionGraph } from './vision-graph.ts'
import { valuesRead, type WeightError, WeightWriter } from './weight-writer.ts'
import { type Headroom, halfHeadroom, type LinearStorage, type MlpPair, noHeadroom, type Precision } from './weights.ts'

export type Layout = 'bundle' | 'transformers.js'

export interface BuildOptions {
  readonly dtype: Dtype
  /** Bits of the token table and head; the dtype's own where unsaid. */
  readonly embedBits?: 4 | 8
  /** Bits of the vision tower's matrices; the dtype's own where unsaid. */
  readonly visionBits?: 4 | 8 | 16
  /** Stores a zero point per block of the linear layers: a little more accurate, 3 % larger. */
  readonly zeroPoints?: boolean
  /** Largest data file. */
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
  /** Threads to quantize in. */
  readonly quantizer?: QuantizerBackend
  /** A faster SHA-256 than the WebAssembly one, where the platform has one. */
  readonly createHash?: () => Hash
}

export interface Hash {
  update(bytes: Uint8Array): unknown
  /** 64 hexadecimal digits. */
  digest(): string
}

export interface BuildProgress {
  /** Bytes of the checkpoint worked through and in all; what is read twice counts twice. */
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
  /** The checkpoint's weights files. */
  readonly weightFiles: readonly { readonly name: string; readonly size: number }[]
}

export const defaultShardBytes = 512 * 2 ** 20

/**
 * Builds a bundle (or the layout that transformers.js loads) from a Qwen2.5-VL checkpoint. Weights are read, converted
 * and written in blocks of rows. The manifest comes last, and on any failure the sink is told to discard everything.
 * Throws ConfigError, CheckpointError, BuildError, or the reason of an abort.
 */
export async function buildBundle(
  files: CheckpointFiles,
  sink: BundleSink,
  options: BuildOptions,
): Promise<BuildResult> {
  try {
    const checkpoint = await openCheckpoint(files, options.signal)
    const result = await new BundleBuild(checkpoint, files, sink, options).run()
    options.signal?.throwIfAborted()
    await sink.commit()
    return result
  } catch (error) {
    await sink.discard()
    throw error
  }
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
  private readonly written: { path: string; bytes: number; sha256: string }[] = []
  private doneValues = 0

  constructor(
    private readonly checkpoint: Checkpoint,
    private readonly files: CheckpointFiles,
    private readonly sink: BundleSink,
    private readonly options: BuildOptions,
  ) {
    this.config = readConfig(checkpoint)
    checkArchitecture(checkpoint, this.config)
    const sides = sidesOf(options)
    this.text = sides.text
    this.vision = sides.vision
    if (bitsOf(options).linear < 16) checkWidths(this.config)
  }

  async run(): Promise<BuildResult> {
    const layout = this.options.layout ?? 'bundle'
    const graphs = layout === 'bundle' ? this.bundleGraphs() : this.transformersJsGraphs()
    const errors = await this.writeWeights(graphs)
    for (const { graphPath, planned, storage } of graphs) {
      await this.writeWhole(graphPath, planned.graph.serialize(storage.placements))
    }
    await this.writeSidecars(layout, graphs)
    await this.writeWhole('report.json', encode({ dtype: this.options.dtype, weights: errors }))
    const manifest = layout === 'bundle' ? await this.manifest(graphs) : undefined
    // Last: a folder without it is no bundle.
    if (manifest) await this.writeWhole('manifest.json', encode(manifest))
    return { manifest, errors, files: this.written, weightFiles: this.checkpoint.weightFiles }
  }

  private async writeWeights(graphs: readonly GraphToWrite[]): Promise<WeightError[]> {
    const { options, checkpoint } = this
    const pairs = graphs.flatMap(({ planned }) => planned.pairs)
    const recipes = graphs.flatMap(({ planned }) => planned.layers.recipes)
    const balanceValues = pairs.reduce((sum, pair) => sum + 2 * pair.channels * pair.hidden, 0)
    const totalValues = recipes.reduce((sum, recipe) => sum + valuesRead(recipe), balanceValues)
    const bytesPerValue = checkpoint.tensor('model.embed_tokens.weight').dtype === 'F32' ? 4 : 2
    const errors: WeightError[] = []
    for (const { planned, storage, folder } of graphs) {
      const balances = new Map<string, Balance>()
      let weight = ''
      const advance = (values: number) => {
        this.doneValues += values
        options.onProgress?.({
          doneBytes: this.doneValues * bytesPerValue,
          totalBytes: totalValues * bytesPerValue,
          weight,
        })
      }
      const create = (path: string) => this.create(folder + path)
      const streams = {
        data: new StreamWriter(storage.streams.data, create),
        scales: new StreamWriter(storage.streams.scales, create),
      }
      const writer = new WeightWriter(
        checkpoint,
        streams,
        balances,
        options.quantizer ?? sameThread,
        advance,
        options.signal,
      )
      // By the headroom, not the type: a dequantized build computes in float32 but must hold the same weights.
      const { headroom } = planned.layers
      const smallest = headroom === noHeadroom ? 0 : smallestHalfPeak(headroom)
      const pairAt = (name: string) => {
        const found = planned.pairs.find((pair) => pair.name === name)
        if (!found) throw new Error(`no MLP named ${name}`)
        return found
      }
      const start = (pair: MlpPair) => {
        const balance = measureBalance(checkpoint, pair, smallest, options.signal)
        // Awaited when its turn comes; until then a failure is not an unhandled one.
        balance.catch(() => undefined)
        return { name: pair.name, balance }
      }
      // The next MLP is measured while threads quantize this one.
      let ahead: ReturnType<typeof start> | undefined
      const measure = async (name: string) => {
        const balance = await (ahead?.name === name ? ahead : start(pairAt(name))).balance
        const next = planned.pairs[planned.pairs.indexOf(pairAt(name)) + 1]
        ahead = next && start(next)
        return balance
      }
      for (const recipe of planned.layers.recipes) {
        weight = recipe.kind === 'dense' ? recipe.external.name : recipe.data.name
        const mlp = recipe.parts.find((part) => part.balance)?.balance?.mlp
        if (mlp !== undefined && !balances.has(mlp)) {
          balances.set(mlp, await measure(mlp))
          const { channels, hidden } = pairAt(mlp)
          advance(2 * channels * hidden)
        }
        await writer.write(recipe)
      }
      await writer.flush()
      errors.push(...writer.errors)
    }
    return errors
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
    const shardBytes = this.options.shardBytes ?? defaultShardBytes
    const folder = graphPath.includes('/') ? graphPath.slice(0, graphPath.lastIndexOf('/') + 1) : ''
    return { name, graphPath, folder, planned, storage: planStorage(planned.layers, shardBytes, nameFile) }
  }

  private async writeSidecars(layout: Layout, graphs: readonly GraphToWrite[]): Promise<void> {
    const { sidecars } = this.checkpoint
    const counts = Object.fromEntries(
      graphs.map(({ graphPath, folder, storage }) => [
        graphPath.slice(folder.length),
        storage.streams.data.length + storage.streams.scales.length,
      ]),
    )
    const isBundle = layout === 'bundle'
    const { config, preprocessorConfig = '{}' } = sidecars
    const texts: Readonly<Record<string, string | undefined>> = {
      'config.json': isBundle ? config : transformersJsConfig(config, this.options.dtype, counts),
      'generation_config.json': sidecars.generationConfig,
      'preprocessor_config.json': isBundle
        ? sidecars.preprocessorConfig
        : transformersJsPreprocessor(preprocessorConfig),
      'tokenizer.json': sidecars.tokenizer,
      'tokenizer_config.json': sidecars.tokenizerConfig,
      'chat_template.json': sidecars.chatTemplate,
    }
    for (const [path, text] of Object.entries(texts)) {
      if (text !== undefined) await this.writeWhole(path, new TextEncoder().encode(text))
    }
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
      license: options.license ?? (await this.license()),
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

  /** The licence lying beside the weights, or where to look for it. */
  private async license(): Promise<Manifest['license']> {
    for (const name of ['LICENSE', 'LICENSE.txt', 'LICENSE.md']) {
      const source = await this.files.open(name, this.options.signal)
      if (!source || source.size > 2 ** 20) continue
      return { text: new TextDecoder().decode(await source.read(0, source.size, this.options.signal)) }
    }
    return { link: this.options.source?.origin ?? this.checkpoint.origin }
  }

  private async writeWhole(path: string, bytes: Uint8Array): Promise<void> {
    const file = await this.create(path)
    await file.write(bytes)
    await file.close()
  }

  /** A file of the bundle that is hashed as it is written and then listed. */
  private async create(path: string): Promise<FileSink> {
    const file = await this.sink.create(path)
    const hash: Hash = this.options.createHash?.() ?? (await createSHA256()).init()
    let bytes = 0
    return {
      write: async (chunk) => {
        hash.update(chunk)
        bytes += chunk.length
        await file.write(chunk)
      },
      close: async () => {
        await file.close()
        this.written.push({ path, bytes, sha256: hash.digest() })
      },
    }
  }
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
