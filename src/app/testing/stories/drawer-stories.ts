import { defaultSettings } from '../../session/settings.ts'
import { softwareAdapter } from '../story-facts.ts'
import { fileReading, live, ready, type Teller } from '../story-states.ts'

/** Every drawer that says something of the page, and the question before everything is erased. */
export const drawerStories: Readonly<Record<string, Teller>> = {
  'drawer/erase': (material) => ({
    state: fileReading(material, { state: 'running' }),
    view: { question: 'erase' },
  }),
  'drawer/device': (material) => ({ state: live(material, { state: 'running' }), view: { panel: 'device' } }),
  'drawer/device-wrong': (material) => ({
    state: {
      ...fileReading(material, { state: 'idle' }),
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
  'drawer/device-none': () => ({
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
  'drawer/performance': (material) => ({
    state: live(material, { state: 'running' }),
    view: { panel: 'performance' },
  }),
  'drawer/storage': (material) => ({ state: live(material, { state: 'running' }), view: { panel: 'storage' } }),
  'drawer/settings': (material) => ({
    state: {
      ...live(material, { state: 'running' }),
      settings: {
        ...defaultSettings,
        prompts: { emotion: 'Which emotion does the face show, and why?' },
        reading: { ...defaultSettings.reading, sampling: { ...defaultSettings.reading.sampling, isOn: true } },
      },
    },
    view: { panel: 'settings' },
  }),
  'drawer/help': (material) => ({ state: live(material, { state: 'running' }), view: { panel: 'help' } }),
  'drawer/privacy': () => ({ state: ready, view: { panel: 'privacy' } }),
}
