import type { SessionState } from '../../session/session-state.ts'
import { smallManifest, texts, update } from '../story-facts.ts'
import { drawn, type Material, ready, smallModel, type Teller } from '../story-states.ts'

const smallSource = { type: 'url', url: 'https://videmo.example/models/videmo-tiny/' } as const

/** As a first visitor finds it: the drawn face moves, and nobody has asked for it. */
function unasked(material: Material, more: Partial<SessionState>): Partial<SessionState> {
  return {
    ...drawn(material, { isUnasked: true, setting: { isInTurn: true } }),
    bundle: undefined,
    check: undefined,
    frames: [],
    current: undefined,
    probes: {},
    recording: [],
    figures: {},
    ...more,
  }
}

/** The first visit in the order of time, and the page with nothing to watch. */
export const firstStories: Readonly<Record<string, Teller>> = {
  'first/drawing-alone': (material) => ({ state: unasked(material, { device: undefined, run: { state: 'queued' } }) }),
  'first/model-loading': (material) => ({
    state: unasked(material, {
      run: { state: 'queued' },
      load: {
        state: 'downloading',
        source: smallSource,
        manifest: smallManifest,
        doneBytes: 0.38 * 7.4e6,
        totalBytes: 7.4e6,
        bytesPerS: 1.2e6,
        leftS: 4,
      },
    }),
  }),
  'first/model-starting': (material) => ({
    state: unasked(material, {
      run: { state: 'queued' },
      load: { state: 'starting', source: smallSource, graph: 'decoder' },
    }),
  }),
  'first/first-reading': (material) => {
    const said = { attributes: texts.attributes.slice(0, 74) }
    const frames = material.frames.slice(0, 6)
    return {
      state: unasked(material, {
        ...smallModel,
        run: { state: 'running' },
        frames,
        current: update(
          frames,
          {
            attributes: { state: 'streaming', text: said.attributes, firstTokenMs: 210 },
            expression: { state: 'waiting' },
            emotion: { state: 'waiting' },
          },
          said,
        ),
      }),
    }
  },
  'first/read': (material) => ({
    state: {
      ...drawn(material, { isUnasked: true, setting: { isInTurn: true } }),
      ...smallModel,
      recording: [],
    },
  }),
  'first/nothing-to-watch': () => ({ state: ready }),
}
