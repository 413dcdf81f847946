/** Runs in Chromium: the face networks alone, on the processor or on WebGPU. */
import {
  blendshapeLandmarkCount,
  cropSide,
  detectorSide,
  type FaceNetworks,
} from '../src/faces/networks/face-networks.ts'
import { openFaceNetworks } from '../src/faces/networks/open-face-networks.ts'

export type FacesPlace = 'processor' | 'webgpu'

/** Faces in a frame that are measured. */
const faceCounts: readonly number[] = [1, 2, 4, 8]

/** What one place took. */
export interface FaceTimings {
  /** What the adapter calls itself; of the processor, nothing. */
  readonly adapter: string
  /** From nothing to the three sessions, their files from this machine's own server. */
  readonly openMs: number
  /** Of every run, ms, by task. */
  readonly tasks: Readonly<Record<string, readonly number[]>>
}

declare global {
  interface Window {
    timeFaces: (place: FacesPlace) => Promise<FaceTimings>
  }
}

/** A task is timed until one of them is reached, and at least twice. */
const mostRuns = 30
const mostMs = 2000

window.timeFaces = async (place) => {
  const adapter = place === 'webgpu' ? await navigator.gpu?.requestAdapter() : undefined
  if (place === 'webgpu' && !adapter) throw new Error('There is no adapter.')
  const device = await adapter?.requestDevice()
  const started = performance.now()
  const networks = await openFaceNetworks({ appUrl: new URL('/', location.href).href, ...(device ? { device } : {}) })
  const openMs = performance.now() - started
  const tasks: Record<string, readonly number[]> = {}
  for (const [title, run] of tasksOf(networks)) tasks[title] = await timesOf(run)
  await networks.close()
  device?.destroy()
  const { vendor, architecture, description } = adapter?.info ?? { vendor: '', architecture: '', description: '' }
  return { adapter: description || `${vendor} ${architecture}`.trim(), openMs, tasks }
}

function tasksOf(networks: FaceNetworks): [title: string, run: () => Promise<unknown>][] {
  const picture = noise(detectorSide * detectorSide * 3)
  const points = noise(blendshapeLandmarkCount * 2)
  const crops = new Map(faceCounts.map((faces) => [faces, noise(faces * cropSide * cropSide * 3)]))
  const landmarks = (faces: number) => networks.landmarks(crops.get(faces) ?? noise(0), faces)
  const inTurn = async (faces: number, run: () => Promise<unknown>) => {
    for (let face = 0; face < faces; face++) await run()
  }
  const frame = async (faces: number) => {
    await networks.detect(picture)
    await landmarks(faces)
    await inTurn(faces, () => networks.blendshapes(points))
  }
  const most = Math.max(...faceCounts)
  return [
    ['detector', () => networks.detect(picture)],
    ...faceCounts.map((faces): [string, () => Promise<unknown>] => [
      `landmarks, ${faces} in one run`,
      () => landmarks(faces),
    ]),
    [`landmarks, ${most} one by one`, () => inTurn(most, () => landmarks(1))],
    ['blendshapes', () => networks.blendshapes(points)],
    ...faceCounts.map((faces): [string, () => Promise<unknown>] => [
      `all three for a frame of ${faces}`,
      () => frame(faces),
    ]),
  ]
}

async function timesOf(run: () => Promise<unknown>): Promise<number[]> {
  // Shaders are made and memory grows in the first run.
  await run()
  const times: number[] = []
  const started = performance.now()
  while (times.length < 2 || (times.length < mostRuns && performance.now() - started < mostMs)) {
    const before = performance.now()
    await run()
    times.push(performance.now() - before)
  }
  return times
}

function noise(length: number): Float32Array {
  return Float32Array.from({ length }, () => Math.random())
}

Object.assign(window, { outcome: 'ready' })
