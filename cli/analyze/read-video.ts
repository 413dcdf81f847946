import { findPreset } from '../../src/affect/stages.ts'
import type { View } from '../../src/affect/view.ts'
import { isPlaceholder, readsDrawnFaces } from '../../src/app/model-kind.ts'
import { FaceError } from '../../src/base/errors.ts'
import type { Manifest } from '../../src/manifest/manifest.ts'
import type { EngineClient } from '../../src/readers/worker/client.ts'
import type { BundleSource, DeviceReport } from '../../src/readers/worker/protocol.ts'
import type { FacesRequest } from '../../src/reading/faces-request.ts'
import { createFold } from '../../src/reading/fold.ts'
import { judge } from '../../src/reading/judge.ts'
import { modelOrigin, settingsOrigin } from '../../src/reading/origin.ts'
import { emptyReading, finishedBy } from '../../src/reading/reading.ts'
import { readingRequest, readingSettings } from '../../src/reading/request.ts'
import { viewFor } from '../../src/reading/view-rules.ts'
import type { AnalyzeJob, Told } from './analyze-job.ts'
import { FollowedVideo } from './followed-video.ts'
import { loadStatus, readingStatus } from './status-text.ts'
import { windowRecord } from './window-record.ts'

/** Where the page that reads has its files, and who is told. */
export interface ReadingPlace {
  readonly appUrl: string
  readonly source: BundleSource
  readonly tell: (told: Told) => Promise<void>
}

/** Reads a video window by window, and tells of each. */
export async function readVideo(
  client: EngineClient,
  video: File,
  device: DeviceReport,
  job: AnalyzeJob,
  { appUrl, source, tell }: ReadingPlace,
): Promise<void> {
  const bundle = await client.load({ source }, (progress) => {
    const text = loadStatus(progress)
    if (text) void tell({ type: 'status', text })
  })
  const { provider, manifest, check } = bundle
  const model = { ...modelOrigin(bundle), ...(job.bundle.type === 'embedded' ? { source: 'embedded' } : {}) }
  const isOnGpu = provider === 'webgpu' && device.state === 'usable'
  const followed = job.faces.who === 'none' ? undefined : new FollowedVideo(video, appUrl, job, tell)
  try {
    const shown = await shownFaces(followed, job, manifest, tell)
    const notices = [
      ...(device.state === 'usable' ? device.notices.map(({ message }) => message) : []),
      ...(provider === 'wasm' && bundle.notices.length === 0 ? ['Computing on the processor.'] : []),
      ...bundle.notices,
      ...(isPlaceholder(manifest) ? [`${model.name} has random weights: its words mean nothing.`] : []),
      ...(readsDrawnFaces(manifest) ? drawnNotice(model.name, shown) : []),
    ]
    for (const text of notices) await tell({ type: 'notice', text })

    const { stages } = findPreset(job.preset)
    const { fromS } = job
    const settings = readingSettings(job.settings, manifest)
    const facts = { ...model, provider, ...(isOnGpu ? { adapter: device.adapter.name } : {}), check: check.verdict }
    const origin = settingsOrigin(job.preset, stages, settings)
    const fold = createFold(stages, () => judge)
    let reading = emptyReading
    const { faces, transfer, measured } = shown
    const wish = {
      source: { type: 'file', file: video, fromS },
      stages,
      settings,
      ...(faces ? { faces } : {}),
    } as const
    for await (const event of client.read(readingRequest(wish, manifest), transfer)) {
      if (event.type === 'frame') event.image?.close()
      if (event.type === 'notice') await tell({ type: 'notice', text: event.message })
      const before = reading
      reading = fold.take(before, event)
      for (const update of finishedBy(before, reading)) {
        const record = windowRecord(update, { ...facts, dtype: manifest.dtype }, origin)
        await tell({ type: 'window', record })
      }
      const text = readingStatus(event)
      if (text) await tell({ type: 'status', text })
    }
    await measured
  } finally {
    followed?.close()
  }
}

interface ShownFaces {
  readonly view: View
  /** Of `view: picture`: that it shows drawn faces. */
  readonly isDrawn: boolean
  readonly faces?: FacesRequest
  readonly transfer: Transferable[]
  /** Resolves when the file is measured. */
  readonly measured: Promise<void>
}

/** Begins to follow, and chooses how the model is shown whom. Where faces cannot be followed, the whole picture is read. */
async function shownFaces(
  followed: FollowedVideo | undefined,
  job: AnalyzeJob,
  manifest: Manifest,
  tell: ReadingPlace['tell'],
): Promise<ShownFaces> {
  const unfollowed: ShownFaces = { view: 'picture', isDrawn: false, transfer: [], measured: Promise.resolve() }
  if (!followed) return unfollowed
  const tellFailure = async (error: unknown) => {
    if (!(error instanceof FaceError)) throw error
    await tell({ type: 'notice', text: `${error.message} ${error.action}` })
  }
  await tell({ type: 'status', text: 'Looking for faces' })
  try {
    await followed.load()
  } catch (error) {
    await tellFailure(error)
    return unfollowed
  }
  const measured = followed.measure().catch(tellFailure)
  // Whoever reads the file waits for it; a damaged file is told by the reading.
  measured.catch(() => undefined)
  const { view: asked, who } = job.faces
  const areDrawn = asked === 'auto' && readsDrawnFaces(manifest) ? await followed.areDrawn() : undefined
  // What is measured of a drawing says nothing of it: the measures are those of people's faces.
  if (areDrawn) return { ...unfollowed, isDrawn: true, measured }
  const view = asked === 'auto' ? autoView(manifest, areDrawn) : asked
  const port = followed.openFeed()
  const whose = view === 'picture' || who === 'none' ? 'chosen' : who
  const faces: FacesRequest = { view, who: whose, feed: { type: 'port', port } }
  return { view, isDrawn: false, faces, transfer: [port], measured }
}

/** A model that reads drawings is shown the picture where there is no face whose twin it could be shown. */
function autoView(manifest: Manifest, areDrawn: boolean | undefined): View {
  if (!readsDrawnFaces(manifest)) return 'face'
  return areDrawn === undefined ? 'picture' : viewFor(manifest, { isDrawn: areDrawn })
}

function drawnNotice(name: string, { view, isDrawn }: ShownFaces): readonly string[] {
  if (view === 'twin') return [`${name} reads a drawing that moves as the face does.`]
  return isDrawn ? [] : [`${name} reads drawn faces; do not rely on what it says of real ones.`]
}
