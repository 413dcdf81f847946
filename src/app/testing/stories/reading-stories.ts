import { texts, update } from '../story-facts.ts'
import { fileReading, live, randomModel, type Teller } from '../story-states.ts'

const long = Object.fromEntries(Object.entries(texts).map(([id, text]) => [id, `${text} `.repeat(6).trim()]))
const sad = { ...texts, emotion: 'The woman appears sad. It is indicated by her lowered lip corners.' }
const none = { ...texts, emotion: 'What the woman feels cannot be told from this.' }
const twoPersons = {
  attributes:
    'Person 1 is a young man with short black hair and eyeglasses. Person 2 is a woman with long blonde hair.',
  expression: 'Person 1 smiles and nods. Person 2 frowns and looks away.',
  emotion: 'Person 1 appears happy, indicated by his smile. Person 2 appears sad, indicated by her frown.',
}
const noise = {
  attributes: '�un� st; wistO���������������� " "��el itit��enay��',
  expression: 'tr�tr gewom����4��umifunas6�hehehe�\\,,�� I I l� itet/^�',
  emotion: '�th�+++�am wO�� n��i�E,��en for for for� { �igou �q/�it',
}

/** What a reading can say, and what stands beside it. */
export const readingStories: Readonly<Record<string, Teller>> = {
  'reading/text-says': (material) => ({
    state: { ...live(material, { state: 'running' }), current: update(material.frames, {}, sad) },
  }),
  'reading/no-emotion': (material) => ({
    state: { ...live(material, { state: 'running' }), probes: {}, current: update(material.frames, {}, none) },
  }),
  'reading/two-persons': (material) => ({
    state: { ...fileReading(material, { state: 'running' }), current: update(material.frames, {}, twoPersons) },
  }),
  'reading/long': (material) => ({
    state: { ...fileReading(material, { state: 'running' }), current: update(material.frames, {}, long) },
  }),
  'reading/noise': (material) => ({
    state: {
      ...fileReading(material, { state: 'over', reason: 'ended' }),
      ...randomModel,
      recording: [],
      probes: {},
      current: update(material.frames, {}, noise),
    },
  }),
  'reading/why-sheet': (material) => ({ state: live(material, { state: 'running' }), view: { sheet: 'why' } }),
  'reading/timeline-sheet': (material) => ({
    state: fileReading(material, { state: 'running' }),
    view: { sheet: 'timeline' },
  }),
}
