import { views } from '../../src/affect/view.ts'
import { tokenize } from '../check-arguments.ts'
import { CLIError, numberOption, oneOf } from '../options.ts'

/** `auto`: as suits the bundle and what is in the picture. */
export const viewChoices = ['auto', ...views] as const
export type ViewChoice = (typeof viewChoices)[number]

/** Which faces are followed in a file, and how the model is shown them. */
export interface FacesJob {
  readonly view: ViewChoice
  /** All of them, or so many of the largest; `none`: nobody is looked for. */
  readonly who: 'all' | 'none' | number
  /** Measures a second of the file. */
  readonly rate: number
  /** Small faces are looked for in parts of the picture, too. */
  readonly areSmallSought: boolean
}

/** Faces that are followed at once, and measures a second, at most. */
const mostFaces = 8
export const rateBounds = { min: 1, max: 30 } as const

/** In the form of citty's definitions. */
export const facesArgs = {
  view: {
    type: 'string',
    default: 'auto',
    description: `What the model is shown: ${viewChoices.join(', ')} (auto: the face, or its drawn twin where the model reads drawings)`,
  },
  faces: {
    type: 'string',
    description:
      'Whose faces are read: all, largest, how many of the largest, or none (default: largest; all with --measure-only)',
  },
  rate: { type: 'string', default: '10', description: 'Measures of each face per second of video' },
  'small-faces': {
    type: 'boolean',
    default: false,
    description: 'Look for small faces in parts of the picture as well, which takes more time',
  },
  'measure-only': {
    type: 'boolean',
    default: false,
    description: 'Follow and measure faces, one record a face; no model is loaded and nothing is read',
  },
  curves: { type: 'string', description: 'Write every measure to this file, as CSV' },
} as const

/** What only a model takes, by the name of its option. */
const ofTheModel = [
  ...['bundle', 'preset', 'max-tokens', 'fps', 'window-frames', 'hop-frames', 'adapter', 'view'],
] as const

export interface GivenFaces {
  readonly view: string
  readonly faces?: string | undefined
  readonly rate: string
  readonly 'small-faces': boolean
  readonly 'measure-only': boolean
}

/**
 * The options that say whom to follow.
 *
 * @throws CLIError
 */
export function facesOptions(given: GivenFaces): FacesJob {
  return {
    view: oneOf('--view', given.view, viewChoices),
    who: whoOption(given.faces ?? (given['measure-only'] ? 'all' : 'largest')),
    rate: numberOption('--rate', given.rate, rateBounds),
    areSmallSought: given['small-faces'],
  }
}

function whoOption(value: string): FacesJob['who'] {
  if (value === 'all' || value === 'none') return value
  if (value === 'largest') return 1
  const count = Number(value)
  if (/^\d+$/.test(value) && count >= 1 && count <= mostFaces) return count
  throw new CLIError(`--faces ${value}: give all, largest, none, or a whole number from 1 to ${mostFaces}.`)
}

/**
 * Refuses options that would change nothing.
 *
 * @param definitions all options of the command
 * @throws CLIError
 */
export function requireSense(
  definitions: Parameters<typeof tokenize>[0],
  rawArgs: readonly string[],
  given: GivenFaces,
): void {
  const named = new Set(
    tokenize(definitions, rawArgs).options.map(({ name }) =>
      name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
    ),
  )
  const clash = (idle: string, why: string) => new CLIError(`${idle}: ${why}; leave one of them out.`)
  const isMeasured = given['measure-only']
  const useless = isMeasured ? ofTheModel.find((name) => named.has(name)) : undefined
  if (useless !== undefined) throw clash(`--${useless}`, '--measure-only loads no model, for which this would be')
  if (given.faces === 'none') {
    const idle = ['measure-only', 'rate', 'small-faces', 'curves'].find((name) => named.has(name))
    if (idle !== undefined) throw clash(`--${idle}`, '--faces none measures nobody')
    if (given.view === 'face' || given.view === 'twin')
      throw clash(`--view ${given.view}`, '--faces none follows nobody')
  }
  if (given.view === 'picture' && given.faces !== undefined && !['none', 'largest', '1'].includes(given.faces)) {
    throw clash(`--faces ${given.faces}`, '--view picture reads the whole picture once')
  }
}
