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
import { checkedManifest } from './built-check.ts'
import { withKept } from './kept-error.ts'
import type {
  BuildApi,
  BuildOffer,
  BuildRequest,
  BuildStep,
  BuiltBundle,
  CheckpointSource,
  Room,
  UnfinishedBuild,
} from './protocol.ts'

/** Nobody sees more steps than this. */
const stepMs = 100
/** Report, manifest and notes; and a browser's estimate is none to the byte. */
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

/** What tells one build from another. */
interface Origin {
  readonly name: string
  /** An address without its query, which may hold a key; or a folder's name. */
  readonly origin: string
  /** With its query; or a folder's name. */
  readonly address: string
  readonly isRemote: boolean
}

/** The builder behind the worker's door: one build at a time. */
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
        room: await roomFor(plan, begun?.bytes ?? 0),
      }
    } finally {
      await files.close()
    }
  }

  async build(request: BuildRequest, onStep: (step: BuildStep) => void): Promise<BuiltBundle> {
    this.stop()
    const running = new AbortController()
    this.running = running
    // The one before must let go of its files first.
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
      throw withKept(error)
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

  /** Makes all files of the bundle, and the manifest as it will be stored. */
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
    const steps = new Steps(onStep)
    const { manifest } = await buildBundle(files, folder, {
      ...optionsOf(request),
      signal,
      onPlan: async (plan) => {
        const begun = (await begunBuilds()).find(({ id }) => id === folder.id)
        requireRoom(await roomFor(plan, begun?.bytes ?? 0))
        await folder.writeRequest(JSON.stringify({ ...origin, name, dtype, totalBytes: plan.sourceBytes }))
      },
      onEarlierBuild: (earlier) => {
        if (earlier.kind === 'resumed') onStep({ type: 'kept', doneBytes: earlier.doneBytes })
        else if (earlier.kind === 'discarded') onStep({ type: 'restarted', reason: earlier.reason })
      },
      onProgress: (progress) => steps.tell(progress),
    })
    if (!manifest) throw new Error('a bundle without a manifest')
    onStep({ type: 'checking' })
    const checked = await checkedManifest(manifest, folder)
    const text = `${JSON.stringify(checked, null, 1)}\n`
    await finishBuild(folder, text, {
      name,
      url: `built:${origin.isRemote ? origin.origin : encodeURI(origin.origin)}`,
    })
  }
}

/** Tells of progress now and then, of the last at once, with its rate. */
class Steps {
  private readonly rate = new RateMeter()
  private toldMs = Number.NEGATIVE_INFINITY

  constructor(private readonly onStep: (step: BuildStep) => void) {}

  tell(progress: { readonly doneBytes: number; readonly totalBytes: number; readonly weight: string }): void {
    const { doneBytes, totalBytes } = progress
    const ms = performance.now()
    if (ms - this.toldMs < stepMs && doneBytes < totalBytes) return
    this.toldMs = ms
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

/** None where there is no storage: the build itself says so. */
async function begunBuilds(): Promise<BegunBuild[]> {
  return BuildFolder.list().catch(() => [])
}

async function roomFor({ resultBytes }: BuildPlan, storedBytes: number): Promise<Room> {
  const { quota, usage } = (await navigator.storage?.estimate?.().catch(() => undefined)) ?? {}
  const freeBytes = quota === undefined || usage === undefined ? undefined : Math.max(0, quota - usage)
  return { neededBytes: Math.max(0, resultBytes + spareBytes - storedBytes), freeBytes }
}

function requireRoom({ neededBytes, freeBytes }: Room): void {
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
