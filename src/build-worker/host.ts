import { sha256 } from 'hash-wasm'
import * as v from 'valibot'
import { BuildError } from '../base/errors.ts'
import { buildBundle, planBundle } from '../build/build.ts'
import { BlobFiles } from '../build/checkpoint/blob-files.ts'
import { checkpointAddress, checkpointName, withoutQuery } from '../build/checkpoint/checkpoint-address.ts'
import { HttpFiles } from '../build/checkpoint/http-files.ts'
import { settledAddress } from '../build/checkpoint/hub-revision.ts'
import { ReadAheadFiles } from '../build/checkpoint/read-ahead.ts'
import type { BuildOptions, BuildPlan } from '../build/options.ts'
import { readNote } from '../build/resume/build-notes.ts'
import { type BegunBuild, BuildFolder } from '../bundles/build-folder.ts'
import { finishBuild, storeBuilt } from '../bundles/built-bundle.ts'
import { requireAllowedHost } from '../bundles/weight-hosts.ts'
import { dtypes } from '../manifest/manifest.ts'
import type { ServerWait } from '../net/quiet-time.ts'
import { RateMeter } from '../net/rate.ts'
import { withExpectedLogits } from './expected-logits.ts'
import type {
  BuildApi,
  BuildOffer,
  BuildRequest,
  BuildStep,
  BuiltBundle,
  CheckpointSource,
  StorageSpace,
  UnfinishedBuild,
} from './protocol.ts'
import { asResumable } from './resumable-error.ts'

/** Shortest time between two reports of progress: more would not be seen. */
const stepMs = 100
/** Allowance for report, manifest and notes, and for the browser's estimate, which is not exact. */
const spareBytes = 16 * 2 ** 20

const requestSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    name: v.string(),
    origin: v.string(),
    address: v.optional(v.string()),
    isRemote: v.boolean(),
    dtype: v.picklist(dtypes),
    totalBytes: v.number(),
  }),
)

/** Where a checkpoint comes from; with the options it identifies a build. */
interface Origin {
  readonly name: string
  /** The address without its query, which may hold a key, or the folder's name. */
  readonly origin: string
  /** The address with its query, or the folder's name. */
  readonly address: string
  readonly isRemote: boolean
}

/** The worker's side of `BuildApi`: one build at a time. */
export class BuildHost implements BuildApi {
  private files: ReadAheadFiles | undefined
  private looking: AbortController | undefined
  private running: AbortController | undefined
  private current: Promise<unknown> = Promise.resolve()

  async look(request: BuildRequest, onWait: (wait: ServerWait | undefined) => void): Promise<BuildOffer> {
    this.looking?.abort(stopped())
    const looking = new AbortController()
    this.looking = looking
    const origin = await originOf(request.source, onWait, looking.signal)
    const files = filesOf(request.source, origin, onWait)
    try {
      const plan = await planBundle(files, { ...optionsOf(request), signal: looking.signal })
      const id = await idOf(origin, request)
      const begun = (await begunBuilds()).find((build) => build.id === id)
      return {
        origin: origin.origin,
        isRemote: origin.isRemote,
        id,
        name: bundleName(origin, request),
        dtype: request.dtype,
        ...plan,
        keptBytes: begun ? doneOf(begun).doneBytes : 0,
        room: await spaceFor(plan, begun?.bytes ?? 0),
      }
    } finally {
      await files.close()
    }
  }

  async build(request: BuildRequest, onStep: (step: BuildStep) => void): Promise<BuiltBundle> {
    this.stop()
    const running = new AbortController()
    this.running = running
    // The previous build must close its files first.
    await this.current
    const build = this.buildOne(request, onStep, running.signal)
    this.current = build.catch(() => undefined)
    return build
  }

  private async buildOne(
    request: BuildRequest,
    onStep: (step: BuildStep) => void,
    signal: AbortSignal,
  ): Promise<BuiltBundle> {
    const onWait = (wait: ServerWait | undefined) => onStep({ type: 'server-wait', wait })
    const origin = await originOf(request.source, onWait, signal)
    const folder = await BuildFolder.open(await idOf(origin, request))
    const source = filesOf(request.source, origin, onWait)
    const files = new ReadAheadFiles(source)
    this.files = files
    try {
      let note = await storeBuilt(folder)
      if (!note) {
        await this.fill(folder, files, request, origin, onStep, signal)
        signal.throwIfAborted()
        onStep({ type: 'storing' })
        note = await storeBuilt(folder)
      }
      if (!note) throw new Error('a finished build is not there')
      const { key, name, bytes } = note
      const requests = source instanceof HttpFiles ? source.requests : 0
      return { key, name, bytes, readBytes: files.fetchedBytes, peakBytes: files.peakBytes, requests }
    } catch (error) {
      signal.throwIfAborted()
      throw asResumable(error)
    } finally {
      folder.close()
      await files.close()
    }
  }

  pause(isPaused: boolean): void {
    this.files?.pause(isPaused)
  }

  stop(): void {
    this.looking?.abort(stopped())
    this.running?.abort(stopped())
  }

  async unfinished(): Promise<UnfinishedBuild[]> {
    return (await begunBuilds()).flatMap((begun) => {
      const request = v.safeParse(requestSchema, begun.request)
      if (!request.success) return []
      const { doneBytes, totalBytes } = doneOf(begun)
      const { origin, address = origin } = request.output
      const known = { ...request.output, address, totalBytes: totalBytes || request.output.totalBytes }
      return [{ id: begun.id, ...known, doneBytes }]
    })
  }

  async forget(id: string): Promise<void> {
    await BuildFolder.remove(id)
  }

  /** Writes all files of the bundle and, last, the manifest as it will be stored. */
  private async fill(
    folder: BuildFolder,
    files: ReadAheadFiles,
    request: BuildRequest,
    origin: Origin,
    onStep: (step: BuildStep) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const name = bundleName(origin, request)
    const { dtype } = request
    const steps = new ProgressSteps(onStep)
    const { manifest } = await buildBundle(files, folder, {
      ...optionsOf(request),
      signal,
      onPlan: async (plan) => {
        const begun = (await begunBuilds()).find(({ id }) => id === folder.id)
        requireSpace(await spaceFor(plan, begun?.bytes ?? 0))
        await folder.writeRequest(JSON.stringify({ ...origin, name, dtype, totalBytes: plan.sourceBytes }))
      },
      onEarlierBuild: (earlier) => {
        if (earlier.kind === 'resumed') onStep({ type: 'kept', doneBytes: earlier.doneBytes })
        else if (earlier.kind === 'discarded') onStep({ type: 'restarted', reason: earlier.reason })
      },
      onProgress: (progress) => steps.report(progress),
    })
    if (!manifest) throw new Error('a bundle without a manifest')
    onStep({ type: 'checking' })
    const checked = await withExpectedLogits(manifest, folder)
    const text = `${JSON.stringify(checked, null, 1)}\n`
    await finishBuild(folder, text, {
      name,
      url: `built:${origin.isRemote ? origin.origin : encodeURI(origin.origin)}`,
    })
  }
}

/** Reports progress with its rate, at most every `stepMs`, and the last step always. */
class ProgressSteps {
  private readonly rate = new RateMeter()
  private reportedMs = Number.NEGATIVE_INFINITY

  constructor(private readonly onStep: (step: BuildStep) => void) {}

  report(progress: { readonly doneBytes: number; readonly totalBytes: number; readonly weight: string }): void {
    const { doneBytes, totalBytes } = progress
    const ms = performance.now()
    if (ms - this.reportedMs < stepMs && doneBytes < totalBytes) return
    this.reportedMs = ms
    this.onStep({ type: 'building', ...progress, ...this.rate.measure(doneBytes, totalBytes) })
  }
}

async function originOf(
  source: CheckpointSource,
  onWait: (wait: ServerWait | undefined) => void,
  signal: AbortSignal,
): Promise<Origin> {
  if (source.type === 'folder') return { name: source.name, origin: source.name, address: source.name, isRemote: false }
  const given = checkpointAddress(source.address)
  requireAllowedHost(withoutQuery(given), globalThis.location.href)
  const address = await settledAddress(given, { onWait, signal })
  return { name: checkpointName(address), origin: withoutQuery(address), address, isRemote: true }
}

function filesOf(
  source: CheckpointSource,
  { origin, address }: Origin,
  onWait: (wait: ServerWait | undefined) => void,
): HttpFiles | BlobFiles {
  if (source.type === 'address') return new HttpFiles(address, { onWait })
  return new BlobFiles(new Map(source.files.map(({ name, blob }) => [name, blob])), origin)
}

function optionsOf({ dtype }: BuildRequest): BuildOptions {
  return { dtype }
}

function idOf({ origin, isRemote }: Origin, request: BuildRequest): Promise<string> {
  return sha256(JSON.stringify({ origin, isRemote, ...optionsOf(request) }))
}

function bundleName({ name }: Origin, { dtype }: BuildRequest): string {
  return `${name}-${dtype}`
}

function doneOf({ lastNote = '' }: BegunBuild): { readonly doneBytes: number; readonly totalBytes: number } {
  const note = readNote(lastNote)
  return note === undefined || note.kind === 'build' ? { doneBytes: 0, totalBytes: 0 } : note
}

/** Empty without storage, which the build itself reports. */
async function begunBuilds(): Promise<BegunBuild[]> {
  return BuildFolder.list().catch(() => [])
}

async function spaceFor({ resultBytes }: BuildPlan, storedBytes: number): Promise<StorageSpace> {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {}
  const freeBytes = quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage)
  return { neededBytes: Math.max(0, resultBytes + spareBytes - storedBytes), freeBytes }
}

function requireSpace({ neededBytes, freeBytes }: StorageSpace): void {
  if (freeBytes === undefined || freeBytes >= neededBytes) return
  const giga = (bytes: number) => `${(bytes / 1e9).toFixed(1)} GB`
  throw new BuildError({
    code: 'no-room',
    message: `The bundle needs ${giga(neededBytes)}; this browser lets the page store ${giga(freeBytes)} more.`,
    action: 'Free some disk space, or remove a stored model; then build again. Nothing was read.',
    recoverable: true,
  })
}

function stopped(): DOMException {
  return new DOMException('The build was stopped.', 'AbortError')
}
