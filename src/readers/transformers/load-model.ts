import {
  AutoConfig,
  AutoModelForImageTextToText,
  AutoProcessor,
  ModelRegistry,
  type PreTrainedModel,
  type PretrainedConfig,
  type Processor,
} from '@huggingface/transformers'
import { VidemoError } from '../../base/errors.ts'
import { type Dtype, dtypes } from '../../manifest/manifest.ts'
import type { Backend } from './backend.ts'
import { notTransformersJs, sessionFailed, unsupportedModel } from './errors.ts'
import { ForeignModel } from './foreign-model.ts'
import { type ModelFolder, openModelFolder } from './model-folder.ts'
import { type Presentation, presentationOf } from './presentation.ts'
import type { TransformersRequest, TransformersStep } from './protocol.ts'

/** No more often than this is progress told, ms. */
const tellEveryMs = 100

export interface LoadContext {
  readonly backend: Backend
  readonly signal: AbortSignal
  readonly onStep: (step: TransformersStep) => void
  readonly mayFetch: () => Promise<boolean>
}

export interface LoadedForeignModel {
  readonly model: ForeignModel
  readonly name: string
  readonly dtype: Dtype
}

/** One of the sets of graphs in a folder. */
interface Weights {
  readonly dtype: Dtype
  /** As transformers.js takes it: one for all graphs, or one for each. */
  readonly choice: DtypeChoice
  readonly bytes: number
}

type DtypeChoice = Dtype | Readonly<Record<string, Dtype>>

/**
 * Finds a model's files, asks whether they may be fetched, and starts its graphs.
 *
 * @throws CheckpointError `not-transformers-js`, `unsupported-model`, `unreachable`; EngineError `session-failed`; an
 * AbortError where nothing may be fetched, or the signal's reason
 */
export async function loadForeignModel(
  request: TransformersRequest,
  context: LoadContext,
): Promise<LoadedForeignModel> {
  const { signal, onStep } = context
  let [doneBytes, totalBytes, toldMs] = [0, 0, 0]
  const onBytes = (bytes: number) => {
    doneBytes += bytes
    const isAll = doneBytes >= totalBytes
    if (!isAll && performance.now() - toldMs < tellEveryMs) return
    toldMs = performance.now()
    onStep({ type: 'downloading', doneBytes: Math.min(doneBytes, totalBytes), totalBytes })
    if (isAll) onStep({ type: 'starting' })
  }
  signal.throwIfAborted()
  const folder = openModelFolder(request.folder, { signal, onBytes })
  const load = async (): Promise<LoadedForeignModel> => {
    const name = nameOf(request.folder)
    const config = await configOf(folder)
    const { processor, presentation } = await processorOf(folder, name, config)
    const weights = await weightsOf(folder, config, context.backend, request.dtype)
    totalBytes = weights.bytes
    onStep({ type: 'found', name, dtype: weights.dtype, bytes: totalBytes })
    if (!(await context.mayFetch())) throw new DOMException('The download was declined.', 'AbortError')
    const model = await start(folder, name, config, weights, context.backend)
    if (signal.aborted) await model.dispose()
    signal.throwIfAborted()
    const { tokenizer } = processor
    if (!tokenizer) throw unsupportedModel(name, 'its processor has no tokenizer')
    return {
      model: new ForeignModel(name, presentation, processor, tokenizer, model),
      name,
      dtype: weights.dtype,
    }
  }
  try {
    return await Promise.race([load(), folder.failed])
  } finally {
    folder.close()
  }
}

/** The folder's own name; of an address on the Hugging Face Hub, the model's. */
function nameOf(address: string): string {
  const path = /^https?:/.test(address) ? new URL(address).pathname : address
  const parts = path.replace(/\/resolve\/[^/]+\/?$/, '').split('/')
  return parts.findLast((part) => part !== '') ?? address
}

async function configOf({ id, address }: ModelFolder): Promise<PretrainedConfig> {
  try {
    return await AutoConfig.from_pretrained(id)
  } catch (cause) {
    if (cause instanceof VidemoError) throw cause
    throw notTransformersJs(address, 'it has no config.json that can be read', cause)
  }
}

async function processorOf(
  { id, address }: ModelFolder,
  name: string,
  { model_type }: PretrainedConfig,
): Promise<{ readonly processor: Processor; readonly presentation: Presentation }> {
  if (!model_type) throw notTransformersJs(address, 'its config.json names no model_type')
  if (!AutoModelForImageTextToText.supports(model_type)) {
    throw unsupportedModel(name, `${model_type} is no architecture that answers in text about images`)
  }
  let processor: Processor
  try {
    processor = await AutoProcessor.from_pretrained(id)
  } catch (cause) {
    if (cause instanceof VidemoError) throw cause
    throw notTransformersJs(address, 'its processor or tokenizer could not be made', cause)
  }
  const presentation = presentationOf(processor)
  if (!presentation) throw unsupportedModel(name, `the processor of ${model_type} does not take several images`)
  return { processor, presentation }
}

/** The first choice of which all files are there. */
async function weightsOf(
  { id, address }: ModelFolder,
  config: PretrainedConfig,
  { device, hasFloat16 }: Backend,
  wanted: Dtype | undefined,
): Promise<Weights> {
  for (const choice of choicesOf(config, device, hasFloat16, wanted)) {
    const listed = await ModelRegistry.get_model_files(id, { config, dtype: choice, device })
    const files = listed.filter((path) => path.startsWith('onnx/'))
    const found = await Promise.all(files.map((path) => ModelRegistry.get_file_metadata(id, path)))
    if (!found.every(({ exists }) => exists)) continue
    const dtype = typeof choice === 'string' ? choice : (choice.decoder_model_merged ?? 'fp32')
    return { dtype, choice, bytes: found.reduce((sum, { size = 0 }) => sum + size, 0) }
  }
  const lacks = wanted ? `not all graphs of ${wanted} are in onnx/` : 'no complete set of graphs is in onnx/'
  throw notTransformersJs(address, lacks)
}

function choicesOf(
  config: PretrainedConfig,
  device: Backend['device'],
  hasFloat16: boolean,
  wanted: Dtype | undefined,
): DtypeChoice[] {
  if (wanted) return [wanted]
  const own: unknown = config['transformers.js_config']?.dtype
  const small: Dtype[] = device === 'webgpu' ? ['q4', 'q8', 'fp32'] : ['q8', 'q4', 'fp32']
  const half: Dtype[] = ['q4f16', 'fp16']
  return [
    ...(isChoice(own) ? [own] : []),
    ...(hasFloat16 ? [...half.slice(0, 1), ...small, ...half] : [...small, ...half]),
  ]
}

function isChoice(own: unknown): own is DtypeChoice {
  const isDtype = (each: unknown) => dtypes.some((dtype) => dtype === each)
  return isDtype(own) || (typeof own === 'object' && own !== null && Object.values(own).every(isDtype))
}

async function start(
  { id }: ModelFolder,
  name: string,
  config: PretrainedConfig,
  { choice }: Weights,
  { device, sessionOptions }: Backend,
): Promise<PreTrainedModel> {
  try {
    return await AutoModelForImageTextToText.from_pretrained(id, {
      config,
      dtype: choice,
      device,
      ...(sessionOptions ? { session_options: sessionOptions } : {}),
    })
  } catch (cause) {
    if (cause instanceof VidemoError) throw cause
    throw sessionFailed(name, cause)
  }
}
