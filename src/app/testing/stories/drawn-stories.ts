import { drawn, smallModel, type Teller } from '../story-states.ts'

/** The drawn face that a person has chosen. */
export const drawnStories: Readonly<Record<string, Teller>> = {
  'drawn/asked': (material) => ({ state: { ...drawn(material), ...smallModel } }),
  'drawn/in-turn': (material) => ({ state: { ...drawn(material, { setting: { isInTurn: true } }), ...smallModel } }),
  'drawn/adjusting': (material) => ({
    state: { ...drawn(material), ...smallModel },
    view: { sheet: 'adjust' },
  }),
  'drawn/recording': (material) => ({
    state: {
      ...drawn(material, {
        setting: {
          units: { AU1: 0.4, AU12: 0.9 },
          motion: 'shake_head',
          isPlaying: false,
          video: 'recording',
          truth: { units: ['AU12'], emotion: 'happy', appearances: [], motion: 'shake_head' },
        },
      }),
      ...smallModel,
    },
  }),
}
