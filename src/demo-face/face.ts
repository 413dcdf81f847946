import type { ActionUnit } from '../affect/labels.ts'

/**
 * The parameters of a drawn face: who it is (`Looks`), where it is seen (`Scene`) and what it does at one moment
 * (`Pose`). Everything the model is taught, and everything it is scored on, is a function of these.
 */

export const hairColors = ['black', 'blonde', 'gray', 'brown'] as const
export const hairLengths = ['bald', 'short', 'long'] as const
export const hairTextures = ['straight', 'wavy'] as const
export const beards = ['none', 'stubble', 'goatee', 'full'] as const
export const browShapes = ['plain', 'arched', 'bushy'] as const
export const glasses = ['none', 'eyeglasses', 'sunglasses'] as const
export const faceShapes = ['oval', 'chubby', 'square'] as const
export const skins = ['pale', 'medium', 'tan', 'brown', 'dark'] as const

export interface Looks {
  /** Drawn as broad jaw and neck against lashes and a slim neck. */
  readonly isMale: boolean
  /** Without age lines. */
  readonly isYoung: boolean
  readonly faceShape: (typeof faceShapes)[number]
  readonly skin: (typeof skins)[number]
  readonly hasRosyCheeks: boolean
  readonly hairColor: (typeof hairColors)[number]
  readonly hairLength: (typeof hairLengths)[number]
  readonly hairTexture: (typeof hairTextures)[number]
  readonly hasBangs: boolean
  readonly hasRecedingHairline: boolean
  readonly browShape: (typeof browShapes)[number]
  readonly hasEyeBags: boolean
  readonly hasBigNose: boolean
  readonly hasBigLips: boolean
  readonly beard: (typeof beards)[number]
  readonly hasMustache: boolean
  readonly glasses: (typeof glasses)[number]
  readonly hasHat: boolean
  readonly hasEarrings: boolean
  readonly hasLipstick: boolean
  readonly hasNecklace: boolean
  readonly hasNecktie: boolean
  /** Colors without a label: iris, clothes, hat; 0 to 1 each. */
  readonly irisTone: number
  readonly clothesTone: number
  readonly hatTone: number
}

export const backgrounds = ['plain', 'room', 'window', 'shelves', 'outdoors', 'bokeh'] as const

export interface Scene {
  readonly background: (typeof backgrounds)[number]
  /** Hue of the background, 0 to 1, and its lightness, 0 (dark) to 1. */
  readonly tone: number
  readonly lightness: number
  /** Where the light comes from, -1 (left) to 1, and how strong its shading is, 0 to 1. */
  readonly lightX: number
  readonly shading: number
  /** Overall brightness and color temperature, around 1 and 0. */
  readonly exposure: number
  readonly warmth: number
  /** Size of the head against the usual one, and its place, in shares of the picture. */
  readonly scale: number
  readonly x: number
  readonly y: number
  /** Standard deviation of the sensor's noise, in gray levels of 255. */
  readonly noise: number
}

/** What the face does at one moment. */
export interface Pose {
  /** Intensities, 0 to 1; from 0.5 on a unit counts as present, and must then be plain to see at 112x112 pixels. */
  readonly units: Readonly<Record<ActionUnit, number>>
  /** Turned to the picture's right, chin up, tilted clockwise; radians. A turned head reaches 0.6, a nod 0.3. */
  readonly yaw: number
  readonly pitch: number
  readonly roll: number
  /** -1 to 1, to the picture's right and down. */
  readonly gazeX: number
  readonly gazeY: number
  /** How far the lids of the eye on the picture's left and right are closed, 0 to 1. */
  readonly closedLeft: number
  readonly closedRight: number
}

export type Canvas2D = CanvasRenderingContext2D | OffscreenCanvasRenderingContext2D
