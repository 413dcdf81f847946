import { EngineError } from '../../../base/errors.ts'
import { describeProblem } from '../../../device/device.ts'
import type { BundleEntry, DeviceReport } from '../../../readers/worker/protocol.ts'
import type { SessionState } from '../../session/session-state.ts'
import { fullBundle, fullManifest, graphicsCard, smallBundle, smallManifest, softwareAdapter } from '../story-facts.ts'
import { live, type Material, ready, type Story } from '../story-states.ts'

const noAdapter: DeviceReport = {
  state: 'unusable',
  problem: { kind: 'no-adapter', ...describeProblem({ kind: 'no-adapter' }) },
}

const small: SessionState['bundle'] = {
  ...smallBundle,
  provider: 'wasm',
  manifest: { ...smallManifest, source: { ...smallManifest.source, origin: 'drawn' }, reads: 'drawn-faces' },
  source: { type: 'url', url: 'https://videmo.example/models/videmo-tiny/' },
  notices: [],
}
const withSmall = { smallBundle: 'https://videmo.example/models/videmo-tiny/', bundle: small, check: small.check }

const entry: BundleEntry = {
  key: 'a',
  name: 'VidEmo-3B-q4f16',
  url: '',
  bytes: 2.12e9,
  storedBytes: 2.12e9,
  state: 'whole',
  savedAt: '2026-10-02T10:00:00.000Z',
  usedAt: '2026-11-20T10:00:00.000Z',
}
const known = { state: 'known', usedBytes: 2.9e9, freeBytes: 48e9, isPersistent: false } as const
const stored: SessionState['stored'] = {
  ...known,
  bundles: [
    entry,
    {
      ...entry,
      key: 'b',
      name: 'نموذج الوجوه',
      url: 'https://a-very-long-name-of-a-host.of-somebody-who-likes.long-names.example/bundles/3b/',
      storedBytes: 0.8e9,
      state: 'partial',
    },
  ],
}
const nothingStored: SessionState['stored'] = { ...known, bundles: [] }

const foreign =
  'https://a-very-long-name-of-a-host.of-somebody-who-likes.long-names.example/%D9%86%D9%85%D9%88%D8%B0%D8%AC/'
const offered: SessionState['load'] = {
  state: 'offered',
  source: { type: 'url', url: foreign },
  manifest: fullManifest,
  totalBytes: 2.124e9,
  room: { storedBytes: 0.8e9, freeBytes: 48e9 },
}

const lost = new EngineError({
  code: 'no-connection',
  message: 'The connection was lost; 812 MB of 2.1 GB are here and kept.',
  action: 'Check the network, then try again: what is here is not fetched again.',
  recoverable: true,
})

/** The drawer of the model on several devices, and what the status line says. */
export const statusStories: Readonly<Record<string, (material: Material) => Story>> = {
  'model/panel-card': () => ({
    state: { device: graphicsCard, ...withSmall, stored: nothingStored },
    view: { panel: 'model' },
  }),
  'model/panel-no-gpu': () => ({
    state: { device: noAdapter, ...withSmall, stored: nothingStored },
    view: { panel: 'model' },
  }),
  'model/panel-stored': () => ({
    state: { device: graphicsCard, ...withSmall, stored },
    view: { panel: 'model' },
  }),
  'model/panel-offered': () => ({
    state: { device: graphicsCard, ...withSmall, stored: nothingStored, load: offered },
    view: { panel: 'model' },
  }),
  'model/panel-failed': () => ({
    state: {
      device: graphicsCard,
      ...withSmall,
      stored,
      load: { state: 'failed', source: { type: 'url', url: foreign }, error: lost },
    },
    view: { panel: 'model' },
  }),
  'status/small': (material) => ({
    state: { ...live(material, { state: 'running' }), device: softwareAdapter, ...withSmall },
  }),
  'status/long': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      ...ready,
      bundle: { ...fullBundle, name: 'نموذج الوجوه والمشاعر للفيديو', source: { type: 'url', url: foreign } },
    },
  }),
  'status/notices': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      device: noAdapter,
      ...withSmall,
      bundle: {
        ...small,
        check: { ...small.check, verdict: 'unchecked', reason: describeProblem({ kind: 'no-adapter' }).message },
        notices: [
          `Computing on the processor instead of the GPU, which is slow. ${describeProblem({ kind: 'no-adapter' }).message}`,
          'There is not enough room to store the model. 1.2 MB of it are stored and kept. Free disk space, then load it again.',
        ],
      },
      evicted: [{ key: 'a', name: 'VidEmo-3B-q4f16', bytes: 2.12e9 }],
    },
  }),
  'status/cancelled': () => ({ state: { device: graphicsCard, load: { state: 'idle', isCancelled: true } } }),
  'status/failed-beside': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      ...withSmall,
      load: { state: 'failed', source: { type: 'url', url: foreign }, error: lost },
    },
  }),
}
