import { CheckpointError } from '../../base/errors.ts'
import { isRecord, show } from '../../base/json.ts'
import { type ByteSource, type CheckpointFiles, openOptional } from './source.ts'

/**
 * What people give to a build that it cannot use, and how to get a usable checkpoint. Each kind has its own error, so
 * that nobody is told that a file is missing when a file of another kind is there.
 */

/** Names by which common quantization methods call themselves in config.json. */
const quantizers: Readonly<Record<string, string>> = {
  bitsandbytes: 'bitsandbytes',
  awq: 'AWQ',
  gptq: 'GPTQ',
  'auto-round': 'AutoRound',
  fp8: 'FP8',
  fbgemm_fp8: 'FP8 (FBGEMM)',
  'compressed-tensors': 'compressed-tensors (FP8, INT8 or INT4)',
  modelopt: 'ModelOpt (FP8 or FP4)',
  hqq: 'HQQ',
  quanto: 'Quanto',
  torchao: 'torchao',
  aqlm: 'AQLM',
  eetq: 'EETQ',
  mxfp4: 'MXFP4',
}

/** Throws CheckpointError `quantized-checkpoint` if config.json says that the weights are quantized. */
export function refuseQuantizedConfig(origin: string, config: unknown): void {
  if (!isRecord(config)) return
  const places: readonly (readonly [string, unknown])[] = [
    ['quantization_config', config.quantization_config],
    ['text_config.quantization_config', isRecord(config.text_config) && config.text_config.quantization_config],
    // MLX writes no name of a method beside the bits.
    ['quantization', config.quantization],
  ]
  for (const [field, found] of places) {
    if (!isRecord(found)) continue
    const method = typeof found.quant_method === 'string' ? found.quant_method : undefined
    const isBitsAndBytes = found.load_in_4bit === true || found.load_in_8bit === true
    const unnamed = isBitsAndBytes ? 'bitsandbytes' : field === 'quantization' ? 'MLX' : 'an unnamed method'
    const name = method === undefined ? unnamed : (quantizers[method.toLowerCase()] ?? method)
    throw quantized(origin, name, `config.json: ${field}`, `config.json: ${field}`)
  }
}

/** Tensor names by which quantized checkpoints are recognized. */
const tensorMarks: readonly (readonly [RegExp, string])[] = [
  [/\.(qweight|qzeros|g_idx)$/, 'GPTQ or AWQ'],
  [/\.(absmax|quant_map|SCB)$|\.quant_state\./, 'bitsandbytes'],
  [/\.weight_scale_inv$/, 'FP8'],
  [/\.weight_packed$/, 'compressed-tensors'],
]
const dtypeMarks: Readonly<Record<string, string>> = { F8_E4M3: 'FP8', F8_E5M2: 'FP8', F8_E8M0: 'FP8' }

/**
 * Throws CheckpointError `lora-adapter` or `quantized-checkpoint` if names or dtypes of tensors are those of an
 * unmerged adapter or of a quantized checkpoint, whatever config.json says.
 */
export function refuseForeignTensors(
  origin: string,
  tensors: Iterable<{ readonly name: string; readonly dtype: string }>,
): void {
  for (const { name, dtype } of tensors) {
    if (/\.lora_[AB]\b|\.base_layer\./.test(name)) throw adapter(origin, `tensor ${show(name)}`, undefined, name)
    const method = dtypeMarks[dtype] ?? tensorMarks.find(([pattern]) => pattern.test(name))?.[1]
    if (method !== undefined) throw quantized(origin, method, `tensor ${show(name)}, ${dtype}`, name)
  }
}

/** Files of other kinds: endings, names, and what to do. */
const otherFiles: readonly {
  readonly pattern: RegExp
  readonly code: string
  readonly what: string
  readonly action: string
}[] = [
  {
    pattern: /\.gguf$/i,
    code: 'gguf',
    what: 'a GGUF file, which is quantized for llama.cpp',
    action: 'Use the safetensors checkpoint that the GGUF file was made from; this build quantizes by itself.',
  },
  {
    pattern: /^pytorch_model.*\.bin(\.index\.json)?$/i,
    code: 'pytorch-weights',
    what: 'PyTorch pickles, which can run any program when they are opened and are not read here',
    action:
      'Load it with transformers, save it with save_pretrained(folder, safe_serialization=True), and build that folder.',
  },
  {
    pattern: /^zero_to_fp32\.py$|\.distcp$/i,
    code: 'training-checkpoint',
    what: 'the state of a training run (DeepSpeed or FSDP), cut up for its processes',
    action:
      'Let the training program save the whole model as safetensors (DeepSpeed: zero_to_fp32.py), and build that folder.',
  },
  {
    pattern: /\.(pth|pt|ckpt)$/i,
    code: 'pytorch-weights',
    what: 'a PyTorch pickle, which can run any program when it is opened and is not read here',
    action: 'Save the model with save_pretrained(folder, safe_serialization=True), and build that folder.',
  },
  {
    pattern: /\.onnx(_data.*)?$/i,
    code: 'onnx-weights',
    what: 'an ONNX export',
    action: 'Use the safetensors checkpoint that the ONNX file was made from.',
  },
  {
    pattern: /^(flax_model.*\.msgpack|tf_model.*\.h5)$/i,
    code: 'other-weights',
    what: 'weights of Flax or TensorFlow',
    action: 'Load it with transformers, save it as safetensors with save_pretrained, and build that folder.',
  },
]

/** Files to look for by name in a place that cannot be listed. */
const namesToTry = ['pytorch_model.bin.index.json', 'pytorch_model.bin', 'zero_to_fp32.py']

/**
 * The error that names what is there instead of config.json or weights; undefined if nothing known is there. Throws the
 * source's own errors, but takes a forbidden file to be absent.
 */
export async function unusableContents(
  files: CheckpointFiles,
  signal?: AbortSignal,
): Promise<CheckpointError | undefined> {
  const names = await files.list?.(signal)
  const open = (name: string) => (names && !names.includes(name) ? undefined : openOptional(files, name, signal))
  const adapterConfig = await open('adapter_config.json')
  if (adapterConfig) {
    return adapter(files.origin, 'adapter_config.json', await baseModel(adapterConfig, signal), 'adapter_config.json')
  }
  const adapterWeights = ['adapter_model.safetensors', 'adapter_model.bin']
  const candidates = names ?? (await present(namesToTry, open))
  const adapterFile = candidates.find((name) => adapterWeights.includes(name))
  if (adapterFile) return adapter(files.origin, adapterFile, undefined, adapterFile)
  for (const { pattern, code, what, action } of otherFiles) {
    const found = candidates.filter((name) => pattern.test(name)).sort()
    if (found.length === 0) continue
    const more = found.length > 1 ? ` and ${found.length - 1} more` : ''
    return new CheckpointError({
      code,
      message: `${files.origin} holds ${what}: ${found[0]}${more}. A bundle is built from .safetensors files.`,
      action,
      subject: found[0],
    })
  }
  return names ? undefined : cardOf(files, await open('README.md'), signal)
}

async function present(
  names: readonly string[],
  open: (name: string) => Promise<ByteSource | undefined> | undefined,
): Promise<readonly string[]> {
  const found = await Promise.all(names.map(async (name) => ((await open(name)) ? name : undefined)))
  return found.filter((name) => name !== undefined)
}

/** The kind that a model card's metadata names, for places that cannot be listed: GGUF files have no fixed names. */
async function cardOf(
  files: CheckpointFiles,
  readme: ByteSource | undefined,
  signal?: AbortSignal,
): Promise<CheckpointError | undefined> {
  const head = readme && /^---\r?\n([\s\S]*?)\r?\n---/.exec(await textOf(readme, signal))?.[1]
  if (!head || !/^(library_name:\s*|\s*-\s*)["']?gguf["']?\s*$/im.test(head)) return undefined
  return new CheckpointError({
    code: 'gguf',
    message: `${files.origin} calls itself a GGUF model in README.md: weights quantized for llama.cpp.`,
    action: 'Use the safetensors checkpoint that the GGUF files were made from; this build quantizes by itself.',
    subject: 'README.md',
  })
}

async function baseModel(config: ByteSource, signal?: AbortSignal): Promise<string | undefined> {
  try {
    const parsed: unknown = JSON.parse(await textOf(config, signal))
    const base = isRecord(parsed) ? parsed.base_model_name_or_path : undefined
    return typeof base === 'string' && base !== '' ? base : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

const readBytes = 2 ** 20

async function textOf(source: ByteSource, signal?: AbortSignal): Promise<string> {
  return new TextDecoder().decode(await source.read(0, Math.min(source.size, readBytes), signal))
}

function adapter(origin: string, where: string, base: string | undefined, subject: string): CheckpointError {
  const of = base === undefined ? 'a model' : show(base)
  return new CheckpointError({
    code: 'lora-adapter',
    message: `${origin} holds a LoRA adapter (${where}): the difference from ${of}, not a model.`,
    action:
      'Merge it into its base model first (peft: merge_and_unload and save_pretrained; ms-swift: swift export --merge_lora true), then build the merged folder.',
    subject,
  })
}

function quantized(origin: string, method: string, where: string, subject: string): CheckpointError {
  return new CheckpointError({
    code: 'quantized-checkpoint',
    message: `${origin} is quantized already, with ${method} (${where}).`,
    action:
      'Use the checkpoint in bfloat16, float16 or float32 that it was made from: a build quantizes by itself. If the weights are not quantized after all, remove that entry from config.json.',
    subject,
  })
}

const lfsPrefix = 'version https://git-lfs.github.com/spec/'

/** Throws CheckpointError `lfs-pointer` if the text is a Git LFS pointer in place of a file that was not downloaded. */
export function refuseLfsPointer(name: string, text: string): void {
  if (!text.startsWith(lfsPrefix)) return
  const bytes = /^size (\d+)$/m.exec(text)?.[1]
  throw new CheckpointError({
    code: 'lfs-pointer',
    message: `${name} is only Git LFS’s pointer to the file${bytes === undefined ? '' : ` of ${bytes} bytes`}, which was not downloaded.`,
    action: 'Run "git lfs pull" in the clone, or download the file itself.',
    subject: name,
  })
}

/** As `refuseLfsPointer` for a weights file, which is read only if it is too small to hold weights. */
export async function refuseLfsPointerFile(source: ByteSource, signal?: AbortSignal): Promise<void> {
  if (source.size < 1024 && source.size > lfsPrefix.length) refuseLfsPointer(source.name, await textOf(source, signal))
}
