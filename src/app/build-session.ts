import { asVidemoError, type VidemoError } from '../base/errors.ts'
import { LatestSignal } from '../base/latest-signal.ts'
import { type ChosenFolder, checkpointIn } from '../build-worker/checkpoint-pick.ts'
import type { BuildClient } from '../build-worker/client.ts'
import type {
  BuildOffer,
  BuildRequest,
  BuildStep,
  BuiltBundle,
  CheckpointSource,
  UnfinishedBuild,
} from '../build-worker/protocol.ts'
import { notStored } from '../bundles/bundle-errors.ts'
import type { BundleFile } from '../bundles/bundle-source.ts'
import type { BundleNote } from '../bundles/bundle-store.ts'
import { askToPersist } from '../bundles/persistence.ts'
import type { TransferProgress } from '../bundles/progress.ts'
import type { Dtype } from '../manifest/manifest.ts'
import { canPickFile, pickFolder, pickZip } from './file-pickers.ts'
import { downloadBlob } from './recording-download.ts'
import { type ShownWait, shownWait } from './server-wait.ts'
import { Store } from './store.ts'

/** How far a model is built in this browser. */
export type BuildState =
  | { readonly state: 'choosing' }
  /** The checkpoint's small files are read. */
  | { readonly state: 'looking'; readonly request: BuildRequest; readonly wait?: ShownWait | undefined }
  /** Sizes and licence are shown, and wait for a yes. */
  | { readonly state: 'offered'; readonly request: BuildRequest; readonly offer: BuildOffer }
  | {
      readonly state: 'building'
      readonly request: BuildRequest
      readonly name: string
      readonly isPaused: boolean
      readonly step: Exclude<BuildStep, { type: 'kept' | 'restarted' | 'server-wait' }> | undefined
      /** The server has asked to be left alone. */
      readonly wait?: ShownWait | undefined
      /** What is kept of an earlier build of the same checkpoint, or why that build cannot be resumed. */
      readonly kept: Extract<BuildStep, { type: 'kept' | 'restarted' }> | undefined
    }
  | { readonly state: 'failed'; readonly request: BuildRequest; readonly name: string; readonly error: VidemoError }
  | { readonly state: 'built'; readonly bundle: BuiltBundle }

/** How far the export of a stored bundle is. */
export type ExportState =
  | { readonly state: 'idle' }
  | { readonly state: 'exporting'; readonly name: string; readonly progress: TransferProgress | undefined }
  | { readonly state: 'exported'; readonly name: string; readonly to: 'folder' | 'zip' }
  | { readonly state: 'failed'; readonly name: string; readonly error: VidemoError }

/** A stored bundle, by its key, and the name of the folder or zip that it is exported to. */
export type ExportedBundle = Pick<BundleNote, 'key' | 'name'>

export interface BuildSessionState {
  readonly build: BuildState
  readonly export: ExportState
  /** Builds that were begun and not finished, in this visit or an earlier one. */
  readonly unfinished: readonly UnfinishedBuild[]
}

const firstState: BuildSessionState = {
  build: { state: 'choosing' },
  export: { state: 'idle' },
  unfinished: [],
}

/** What is asked of the builder's worker; tests put something else in its place. */
export type Builder = Pick<BuildClient, keyof BuildClient>

/** Builds models in this browser and exports stored ones; without React. */
export class BuildSession {
  readonly store: Store<BuildSessionState>
  private exporting: AbortController | undefined
  /** Aborted by the next look or build, and when a person leaves or stops. */
  private readonly latest = new LatestSignal()

  constructor(
    private readonly builder: Builder,
    state: Partial<BuildSessionState> = {},
  ) {
    this.store = new Store({ ...firstState, ...state })
  }

  /** Looks for builds that earlier visits have begun. */
  async refresh(): Promise<void> {
    this.store.update({ unfinished: await this.builder.unfinished().catch(() => []) })
  }

  /** Reads a checkpoint's small files, to say what a build would be. */
  async look(request: BuildRequest): Promise<void> {
    const signal = this.latest.next()
    this.store.update({ build: { state: 'looking', request }, export: { state: 'idle' } })
    try {
      const offer = await this.builder.look(request, (wait) => {
        const { build: state } = this.store.get()
        if (signal.aborted || state.state !== 'looking') return
        this.store.update({ build: { ...state, wait: shownWait(wait) } })
      })
      if (!signal.aborted) this.store.update({ build: { state: 'offered', request, offer } })
    } catch (error) {
      if (!signal.aborted) this.fail(request, nameOf(request), error)
    }
  }

  /** Finds the checkpoint in a folder, then reads its small files as `look` does. */
  async lookIn(folder: ChosenFolder, dtype: Dtype): Promise<void> {
    const signal = this.latest.next()
    let source: CheckpointSource = { type: 'folder', name: folder.name, files: [] }
    try {
      source = await checkpointIn(folder)
    } catch (error) {
      if (!signal.aborted) this.fail({ source, dtype }, folder.name, error)
      return
    }
    if (!signal.aborted) await this.look({ source, dtype })
  }

  /** Goes back to the choice of a checkpoint; what was built so far is kept. */
  leave(): void {
    this.latest.abort()
    if (this.store.get().build.state === 'looking') void this.builder.stop().catch(() => undefined)
    this.store.update({ build: { state: 'choosing' }, export: { state: 'idle' } })
    void this.refresh()
  }

  /** Builds what was offered, or goes on with what has failed. */
  async start(): Promise<void> {
    const { build } = this.store.get()
    if (build.state === 'offered') await this.build(build.request, build.offer.name)
    else if (build.state === 'failed') await this.build(build.request, build.name)
  }

  pause(isPaused: boolean): void {
    const { build } = this.store.get()
    if (build.state !== 'building') return
    this.store.update({ build: { ...build, isPaused } })
    void this.builder.pause(isPaused).catch(() => undefined)
  }

  /** Stops a build; the weights that are finished are kept for the next one. */
  async stop(): Promise<void> {
    this.latest.abort()
    this.store.update({ build: { state: 'choosing' } })
    await this.builder.stop().catch(() => undefined)
    await this.refresh()
  }

  /** Deletes an unfinished build. */
  async forget(id: string): Promise<void> {
    try {
      await this.builder.forget(id)
    } finally {
      await this.refresh()
    }
  }

  async exportToFolder(bundle: ExportedBundle): Promise<void> {
    const folder = await this.orFailed(bundle, pickFolder)
    if (folder)
      await this.exportFiles(bundle, 'folder', async (name, files, options) => {
        const { exportToFolder } = await loadExport()
        await exportToFolder(folder, name, files, options)
      })
  }

  async exportToZip(bundle: ExportedBundle): Promise<void> {
    if (!canPickFile()) {
      await this.exportFiles(bundle, 'zip', async (name, files, options) => {
        const { zipBlob } = await loadExport()
        downloadBlob(await zipBlob(name, files, options), `${name}.zip`)
      })
      return
    }
    const file = await this.orFailed(bundle, () => pickZip(`${bundle.name}.zip`))
    if (!file) return
    await this.exportFiles(bundle, 'zip', async (name, files, options) => {
      const { exportToZip } = await loadExport()
      await exportToZip(file, name, files, options)
    })
  }

  cancelExport(): void {
    this.exporting?.abort(new DOMException('The export was stopped.', 'AbortError'))
  }

  private async build(request: BuildRequest, name: string): Promise<void> {
    const signal = this.latest.next()
    void askToPersist()
    this.store.update({
      build: { state: 'building', request, name, isPaused: false, step: undefined, kept: undefined },
    })
    try {
      const bundle = await this.builder.build(request, (step) => {
        if (!signal.aborted) this.take(step)
      })
      if (!signal.aborted) this.store.update({ build: { state: 'built', bundle } })
    } catch (error) {
      if (!signal.aborted) this.fail(request, name, error)
    }
    await this.refresh()
  }

  private take(step: BuildStep): void {
    const { build } = this.store.get()
    if (build.state !== 'building') return
    this.store.update({ build: { ...build, ...changeBy(step) } })
  }

  private fail(request: BuildRequest, name: string, error: unknown): void {
    this.store.update({ build: { state: 'failed', request, name, error: asVidemoError(error) } })
  }

  private async orFailed<T>({ name }: ExportedBundle, pick: () => Promise<T>): Promise<T | undefined> {
    try {
      return await pick()
    } catch (error) {
      this.store.update({ export: { state: 'failed', name, error: asVidemoError(error) } })
      return undefined
    }
  }

  private async exportFiles(
    { key, name }: ExportedBundle,
    to: 'folder' | 'zip',
    write: (
      name: string,
      files: readonly BundleFile[],
      options: { readonly onProgress: (progress: TransferProgress) => void; readonly signal: AbortSignal },
    ) => Promise<void>,
  ): Promise<void> {
    const exporting = new AbortController()
    this.exporting = exporting
    const { signal } = exporting
    this.store.update({ export: { state: 'exporting', name, progress: undefined } })
    try {
      const stored = await (await openStore()).find(key)
      if (!stored) throw notStored(name)
      await write(name, stored.files.all(), {
        signal,
        onProgress: (progress) => this.store.update({ export: { state: 'exporting', name, progress } }),
      })
      this.store.update({ export: { state: 'exported', name, to } })
    } catch (error) {
      this.store.update({
        export: signal.aborted ? { state: 'idle' } : { state: 'failed', name, error: asVidemoError(error) },
      })
    }
  }
}

function changeBy(step: BuildStep): Partial<Extract<BuildState, { state: 'building' }>> {
  switch (step.type) {
    case 'kept':
    case 'restarted':
      return { kept: step }
    case 'server-wait':
      return { wait: shownWait(step.wait) }
    default:
      return { step }
  }
}

function nameOf({ source }: BuildRequest): string {
  return source.type === 'folder' ? source.name : source.address
}

// What only a build or an export needs is fetched when it is asked for: the page begins without it.

async function openStore() {
  const { OpfsStore } = await import('../bundles/opfs-store.ts')
  return new OpfsStore()
}

function loadExport() {
  return import('../bundles/export-bundle.ts')
}
