import { EngineError } from '../../base/errors.ts'
import { notAVideo } from '../../capture/file-errors.ts'
import type { DrawnState } from '../../demo-face/drawn-face.ts'
import { expressions } from '../../demo-face/live-face.ts'
import type { QueuedFile } from '../session/queued-file.ts'
import type { SessionState } from '../session/session-state.ts'
import { defaultSettings } from '../session/settings.ts'
import { claimStories } from './claim-stories.ts'
import { faceStories } from './face-stories.ts'
import { blankState } from './fake-session.ts'
import {
  fullManifest,
  graphicsCard,
  probes,
  readings,
  smallBundle,
  softwareAdapter,
  texts,
  update,
} from './story-facts.ts'
import { clip, file, live, type Material, reading, ready, type Story } from './story-states.ts'
import { timelineStories } from './timeline-stories.ts'

function queueOf({ file }: Material): readonly QueuedFile[] {
  const progress: readonly (readonly [string, QueuedFile['progress']])[] = [
    ['سلام و درود بر شما از این سوی آب‌های آرام و آبی ایران.mp4', { state: 'read' }],
    ['notes about the takes.mp4', { state: 'failed', error: notAVideo() }],
    ['IMG_2041 – the first take, before the light was changed for good.mov', { state: 'reading' }],
    ['smile.gif', { state: 'waiting' }],
    ['photo\u202Egpj.webm', { state: 'waiting' }],
  ]
  return progress.map(([name, progress], id) => ({ id, file, name, progress }))
}

/** The drawn face while somebody moves it; the answers are made up, and about another face. */
function drawn(material: Material, isUnasked: boolean, change: Partial<DrawnState> = {}): Partial<SessionState> {
  const { stream, canvas } = material
  return {
    ...live(material, { state: 'running' }),
    source: { kind: 'drawn', name: 'Drawn face', stream, canvas, isUnasked },
    clip: { width: 480, height: 480 },
    drawn: {
      ...blankState.drawn,
      units: expressions.happy,
      truth: { units: ['AU6', 'AU12'], emotion: 'happy', appearances: ['young', 'oval_face'], motion: 'none' },
      video: 'possible',
      ...change,
    },
  }
}

const gone = new EngineError({
  code: 'device-lost',
  message: 'The graphics adapter was reset while it computed, and again after a new start.',
  action: 'Close other pages that use the GPU, then try again.',
  recoverable: true,
})

const noWebgpu = {
  kind: 'no-webgpu',
  message: 'This browser does not offer WebGPU.',
  action: 'Use a current Chrome, Edge, Safari or Firefox.',
} as const

const placeholder = { device: softwareAdapter, bundle: smallBundle, check: smallBundle.check }
const hud = { settings: { ...defaultSettings, isHudShown: true } }
const download = { type: 'url', url: 'https://models.example/videmo-3b/' } as const
const downloading: Partial<SessionState> = {
  device: graphicsCard,
  load: {
    state: 'downloading',
    source: download,
    manifest: fullManifest,
    doneBytes: 812e6,
    totalBytes: 2124e6,
    bytesPerS: 24e6,
    leftS: 55,
  },
}
const long = Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, `${text} `.repeat(6).trim()]))
const twoPersons = {
  attributes:
    'Person 1 is a young man with short black hair and eyeglasses. Person 2 is a woman with long blonde hair.',
  expression: 'Person 1 smiles and nods. Person 2 frowns and looks away.',
  emotion: 'Person 1 appears happy, indicated by his smile. Person 2 appears sad, indicated by her frown.',
}

/** Every state that the page can be in. */
const begun = {
  id: 'a',
  name: 'VidEmo-3B-q4f16',
  origin: 'https://huggingface.co/KlingTeam/VidEmo-3B/resolve/main/',
  address: 'https://huggingface.co/KlingTeam/VidEmo-3B/resolve/main/',
  isRemote: true,
  dtype: 'q4f16',
  doneBytes: 3.1e9,
  totalBytes: 7.5e9,
} as const

export const stories: Readonly<Record<string, (material: Material) => Story>> = {
  first: () => ({ state: { ...placeholder } }),
  'first-full-model': () => ({ state: ready }),
  asking: () => ({ state: { device: graphicsCard, load: { state: 'asking', source: download } } }),
  downloading: () => ({ state: downloading }),
  checking: () => ({ state: { device: graphicsCard, load: { state: 'checking', source: download } } }),
  starting: () => ({
    state: { device: graphicsCard, load: { state: 'starting', source: download, graph: 'decoder' } },
  }),
  'load-lost': () => ({
    state: {
      device: graphicsCard,
      lostLoad: { name: 'videmo-3b', url: download.url, phase: 'starting', at: '2026-03-01T10:20:00.000Z' },
    },
  }),
  'load-failed': () => ({ state: { device: graphicsCard, load: { state: 'failed', source: download, error: gone } } }),
  'no-webgpu': () => ({
    state: {
      device: { state: 'unusable', problem: noWebgpu },
      load: { state: 'failed', source: download, error: new EngineError({ ...noWebgpu, code: noWebgpu.kind }) },
    },
  }),
  queued: (material) => ({
    state: {
      device: graphicsCard,
      source: file(material),
      run: { state: 'queued' },
      load: { state: 'checking', source: download },
    },
  }),
  opening: (material) => ({ state: { ...ready, source: file(material), run: { state: 'opening' } } }),
  warming: (material) => ({
    state: {
      ...ready,
      source: file(material),
      clip,
      run: { state: 'warming' },
      frames: material.frames.slice(0, 2),
      current: update(
        material.frames.slice(0, 2),
        { attributes: { state: 'thinking' }, expression: { state: 'waiting' }, emotion: { state: 'waiting' } },
        {},
      ),
    },
  }),
  streaming: (material) => {
    const said = { attributes: texts.attributes, expression: texts.expression.slice(0, 118) }
    return {
      state: {
        ...reading(material, { state: 'running' }),
        recording: [],
        current: update(
          material.frames,
          {
            expression: { state: 'streaming', text: said.expression, firstTokenMs: 380 },
            emotion: { state: 'waiting' },
          },
          said,
        ),
      },
    }
  },
  running: (material) => ({ state: reading(material, { state: 'running' }) }),
  camera: (material) => ({ state: live(material, { state: 'running' }) }),
  lagging: (material) => ({ state: { ...live(material, { state: 'lagging', lagS: 2.4 }), ...hud } }),
  paused: (material) => ({ state: live(material, { state: 'paused' }) }),
  stopping: (material) => ({ state: reading(material, { state: 'stopping' }) }),
  recovering: (material) => ({ state: reading(material, { state: 'recovering', attempt: 1, of: 2 }) }),
  over: (material) => ({ state: reading(material, { state: 'over', reason: 'ended' }) }),
  failed: (material) => ({ state: reading(material, { state: 'failed', error: gone }) }),
  screen: (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      source: { kind: 'screen', name: 'Tab: a film with a very long title that does not fit', stream: material.stream },
    },
  }),
  'no-picture': (material) => ({ state: { ...live(material, { state: 'running' }), picture: 'silent' } }),
  'screen-hidden': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      source: { kind: 'screen', name: 'Tab: a film', stream: material.stream },
      picture: 'muted',
    },
  }),
  files: (material) => ({
    state: {
      ...reading(material, { state: 'running' }),
      source: { ...file(material), name: 'IMG_2041 – the first take, before the light was changed for good.mov' },
      queue: queueOf(material),
      recording: readings(material.frames, 6).map((each, index) =>
        index < 2
          ? {
              ...each,
              source: { kind: 'file', name: 'سلام و درود بر شما از این سوی آب‌های آرام و آبی ایران.mp4' },
              opened: 0,
            }
          : each,
      ),
    },
  }),
  'files-stopped': (material) => ({
    state: {
      ...reading(material, { state: 'over', reason: 'stopped' }),
      queue: queueOf(material).map((item) =>
        item.progress.state === 'reading' ? { ...item, progress: { state: 'stopped' } } : item,
      ),
    },
  }),
  'name-right-to-left': (material) => ({
    state: {
      ...reading(material, { state: 'running' }),
      source: {
        ...file(material),
        name: 'سلام و درود بر شما از این سوی آب‌های آرام و آبی ایران تا آن سوی کوه‌ها\u202Egpj.mp4',
      },
    },
  }),
  'no-preview': (material) => ({
    state: {
      ...reading(material, { state: 'running' }),
      source: {
        kind: 'file',
        name: 'take 3.mkv',
        url: URL.createObjectURL(new Blob(['nothing to play'])),
        file: new Blob(['nothing to play']),
        isSample: false,
      },
    },
  }),
  drawn: (material) => ({ state: drawn(material, false) }),
  'drawn-at-first': (material) => ({ state: { ...drawn(material, true, { isInTurn: true }), recording: [] } }),
  'drawn-recording': (material) => ({
    state: drawn(material, false, {
      units: { AU1: 0.4, AU12: 0.9 },
      motion: 'shake_head',
      isPlaying: false,
      video: 'recording',
      truth: { units: ['AU12'], emotion: 'happy', appearances: [], motion: 'shake_head' },
    }),
  }),
  reused: (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      current: update(material.frames.slice(0, 12), {
        attributes: { state: 'done', text: texts.attributes, isReused: true },
        expression: { state: 'waiting', text: texts.expression },
        emotion: { state: 'waiting', text: texts.emotion },
      }),
    },
  }),
  recorded: (material) => ({
    state: live(material, { state: 'running' }),
    view: { review: { kind: 'reading', update: 2 } },
  }),
  'probes-off': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      settings: { ...defaultSettings, probes: { ...defaultSettings.probes, isOn: false } },
    },
  }),
  'probes-begin': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      settings: { ...defaultSettings, probes: { ...defaultSettings.probes, isSmoothed: false } },
      probes: { emotion: probes.emotion.slice(-1), sentiment: probes.sentiment.slice(-1), AU1: probes.AU1.slice(-1) },
    },
  }),
  'two-persons': (material) => ({
    state: { ...reading(material, { state: 'running' }), current: update(material.frames, {}, twoPersons) },
  }),
  long: (material) => ({
    state: {
      ...reading(material, { state: 'over', reason: 'ended' }),
      recording: readings(material.frames, 40),
      current: update(material.frames, {}, long),
    },
  }),
  noise: (material) => ({
    state: {
      ...reading(material, { state: 'over', reason: 'ended' }),
      ...placeholder,
      recording: [],
      current: update(
        material.frames,
        {},
        {
          attributes: '�un� st; wistO���������������� " "��el itit��enay��',
          expression: 'tr�tr gewom����4��umifunas6�hehehe�\\,,�� I I l� itet/^�',
          emotion: '�th�+++�am wO�� n��i�E,��en for for for� { �igou �q/�it',
        },
      ),
    },
  }),
  wasm: () => ({
    state: {
      device: {
        state: 'unusable',
        problem: {
          kind: 'no-adapter',
          message: 'This browser offers WebGPU, but found no graphics adapter for it.',
          action: 'Turn on hardware acceleration in the browser’s settings.',
        },
      },
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
  consent: () => ({ state: ready, view: { question: 'consent' } }),
  erase: (material) => ({ state: reading(material, { state: 'running' }), view: { question: 'erase' } }),
  'panel-model': (material) => ({
    state: { ...reading(material, { state: 'running' }), ...placeholder },
    view: { panel: 'model' },
  }),
  'panel-model-loading': () => ({
    state: downloading,
    view: { panel: 'model' },
  }),
  'panel-build': () => ({ state: ready, view: { panel: 'build' }, buildSession: { unfinished: [begun] } }),
  'panel-build-offered': () => ({
    state: ready,
    view: { panel: 'build' },
    buildSession: {
      build: {
        state: 'offered',
        request: { source: { type: 'address', address: begun.origin }, dtype: 'q4f16' },
        offer: {
          ...begun,
          parameters: 3.75e9,
          sourceBytes: begun.totalBytes,
          resultBytes: 2.1e9,
          license: { link: begun.origin },
          keptBytes: 0,
          room: { neededBytes: 2.1e9, freeBytes: 48e9 },
        },
      },
    },
  }),
  'panel-device': (material) => ({ state: reading(material, { state: 'running' }), view: { panel: 'device' } }),
  'panel-device-wrong': (material) => ({
    state: {
      ...reading(material, { state: 'idle' }),
      device: softwareAdapter,
      check: {
        verdict: 'wrong',
        subject: 'kernels',
        maxError: 4.2,
        cosine: 0.31,
        mode: { subgroups: false, compute: 'f32' },
        tried: [
          { mode: { subgroups: true, compute: 'f16' }, verdict: 'wrong', maxError: Number.POSITIVE_INFINITY },
          { mode: { subgroups: false, compute: 'f16' }, verdict: 'wrong', maxError: 17 },
          { mode: { subgroups: false, compute: 'f32' }, verdict: 'wrong', maxError: 4.2 },
        ],
        reason: 'The prefill of 64 rows gave other logits in every mode that was tried.',
      },
    },
    view: { panel: 'device' },
  }),
  'panel-device-none': () => ({
    state: {
      device: {
        state: 'unusable',
        problem: {
          kind: 'no-adapter',
          message: 'This browser offers WebGPU, but found no graphics adapter for it.',
          action: 'Turn on hardware acceleration in the browser’s settings.',
        },
      },
    },
    view: { panel: 'device' },
  }),
  'panel-performance': (material) => ({
    state: reading(material, { state: 'running' }),
    view: { panel: 'performance' },
  }),
  'panel-storage': (material) => ({ state: reading(material, { state: 'running' }), view: { panel: 'storage' } }),
  'panel-settings': (material) => ({
    state: {
      ...reading(material, { state: 'running' }),
      settings: {
        ...defaultSettings,
        prompts: { emotion: 'Which emotion does the face show, and why?' },
        reading: { ...defaultSettings.reading, sampling: { ...defaultSettings.reading.sampling, isOn: true } },
      },
    },
    view: { panel: 'settings' },
  }),
  'panel-help': (material) => ({ state: reading(material, { state: 'running' }), view: { panel: 'help' } }),
  'panel-privacy': () => ({ state: ready, view: { panel: 'privacy' } }),
  ...faceStories,
  ...claimStories,
  ...timelineStories,
}
