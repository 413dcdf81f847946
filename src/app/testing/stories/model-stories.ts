import { EngineError } from '../../../base/errors.ts'
import type { SessionState } from '../../session/session-state.ts'
import { fullManifest, gone, graphicsCard, smallBundle, softwareAdapter } from '../story-facts.ts'
import { live, ready, smallModel, type Teller } from '../story-states.ts'

const source = { type: 'url', url: 'https://models.example/videmo-3b/' } as const
const downloading: Partial<SessionState> = {
  device: graphicsCard,
  load: {
    state: 'downloading',
    source,
    manifest: fullManifest,
    doneBytes: 812e6,
    totalBytes: 2124e6,
    bytesPerS: 24e6,
    leftS: 55,
  },
}
const noWebgpu = {
  kind: 'no-webgpu',
  message: 'This browser does not offer WebGPU.',
  action: 'Use a current Chrome, Edge, Safari or Firefox.',
} as const
const noAdapter = {
  kind: 'no-adapter',
  message: 'This browser offers WebGPU, but found no graphics adapter for it.',
  action: 'Turn on hardware acceleration in the browser’s settings.',
} as const
const origin = 'https://huggingface.co/KlingTeam/VidEmo-3B/resolve/main/'
const begun = {
  id: 'a',
  name: 'VidEmo-3B-q4f16',
  origin,
  address: origin,
  isRemote: true,
  dtype: 'q4f16',
  doneBytes: 3.1e9,
  totalBytes: 7.5e9,
} as const
const offer = {
  ...begun,
  parameters: 3.75e9,
  sourceBytes: begun.totalBytes,
  resultBytes: 2.1e9,
  license: { link: begun.origin },
  keptBytes: 0,
  room: { neededBytes: 2.1e9, freeBytes: 48e9 },
} as const
const model = { panel: 'model' } as const

/** From the question whether this device can run a model to the model in use, and what can go wrong on the way. */
export const modelStories: Readonly<Record<string, Teller>> = {
  'model/steps': (material) => ({
    state: { ...live(material, { state: 'running' }), ...smallModel, device: graphicsCard },
    view: model,
  }),
  'model/steps-software': (material) => ({
    state: { ...live(material, { state: 'running' }), ...smallModel, device: softwareAdapter },
    view: model,
  }),
  'model/steps-no-adapter': () => ({
    state: { bundle: smallBundle, check: smallBundle.check, device: { state: 'unusable', problem: noAdapter } },
    view: model,
  }),
  'model/address': (material) => ({
    state: { ...live(material, { state: 'running' }), ...smallModel, device: graphicsCard },
    view: { panel: 'model', isAddressWanted: true },
  }),
  'model/in-use': (material) => ({ state: live(material, { state: 'running' }), view: model }),
  'model/offer': () => ({
    state: {
      device: graphicsCard,
      load: {
        state: 'offered',
        source,
        manifest: fullManifest,
        totalBytes: 2124e6,
        room: { storedBytes: 0, freeBytes: 48e9 },
      },
    },
    view: model,
  }),
  'model/asking': () => ({ state: { device: graphicsCard, load: { state: 'asking', source } } }),
  'model/hung': () => ({
    state: {
      device: graphicsCard,
      load: { state: 'asking', source, quiet: { host: 'models.example', s: 5 } },
    },
    view: model,
  }),
  'model/waiting-for-a-tab': () => ({
    state: { device: graphicsCard, load: { state: 'waiting', source, manifest: fullManifest, totalBytes: 2124e6 } },
    view: model,
  }),
  'model/downloading': () => ({ state: downloading }),
  'model/downloading-panel': () => ({ state: downloading, view: model }),
  'model/checking': () => ({ state: { device: graphicsCard, load: { state: 'checking', source } } }),
  'model/starting': () => ({ state: { device: graphicsCard, load: { state: 'starting', source, graph: 'decoder' } } }),
  'model/failed': () => ({ state: { device: graphicsCard, load: { state: 'failed', source, error: gone } } }),
  'model/failed-panel': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      ...smallModel,
      load: { state: 'failed', source, error: gone },
    },
    view: model,
  }),
  'model/lost': () => ({
    state: {
      device: graphicsCard,
      lostLoad: { name: 'videmo-3b', url: source.url, phase: 'starting', at: '2026-03-01T10:20:00.000Z' },
    },
  }),
  'model/evicted': () => ({
    state: { ...smallModel, evicted: [{ key: 'videmo-3b', name: 'videmo-3b', bytes: 2124e6 }] },
  }),
  'model/changed': (material) => ({
    state: {
      ...live(material, { state: 'opening' }),
      frames: [],
      current: undefined,
      probes: {},
    },
  }),
  'model/no-webgpu': () => ({
    state: {
      device: { state: 'unusable', problem: noWebgpu },
      load: { state: 'failed', source, error: new EngineError({ ...noWebgpu, code: noWebgpu.kind }) },
    },
  }),
  'model/processor': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      device: { state: 'unusable', problem: noAdapter },
      bundle: {
        ...smallBundle,
        provider: 'wasm',
        notices: [
          'There is no graphics adapter to compute on: readings are the same on the processor, and take longer.',
        ],
      },
      check: smallBundle.check,
    },
  }),
  'model/build': () => ({
    state: ready,
    view: { panel: 'build' },
    buildSession: { unfinished: [begun] },
  }),
  'model/build-offered': () => ({
    state: ready,
    view: { panel: 'build' },
    buildSession: {
      build: {
        state: 'offered',
        request: { source: { type: 'address', address: begun.origin }, dtype: 'q4f16' },
        offer,
      },
    },
  }),
  'model/build-failed': () => ({
    state: ready,
    view: { panel: 'build' },
    buildSession: {
      build: {
        state: 'failed',
        request: { source: { type: 'address', address: begun.origin }, dtype: 'q4f16' },
        name: begun.name,
        error: gone,
      },
    },
  }),
}
