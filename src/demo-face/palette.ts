import type { Looks } from './face.ts'

/** Red, green, blue, 0 to 255. */
export type Rgb = readonly [number, number, number]

/** The colors of one drawn person. */
export interface Palette {
  readonly skin: Rgb
  readonly skinLight: Rgb
  readonly skinShade: Rgb
  /** Of folds and furrows, dark enough to show on the skin. */
  readonly crease: Rgb
  readonly blush: Rgb
  readonly hair: Rgb
  readonly hairLight: Rgb
  readonly hairDark: Rgb
  readonly brow: Rgb
  readonly lip: Rgb
  readonly lipDark: Rgb
  readonly iris: Rgb
  readonly shirt: Rgb
  readonly tie: Rgb
  readonly hat: Rgb
}

const skins: Readonly<Record<Looks['skin'], Rgb>> = {
  pale: [246, 217, 203],
  medium: [240, 194, 162],
  tan: [211, 154, 112],
  brown: [162, 107, 74],
  dark: [112, 73, 54],
}

const hairs: Readonly<Record<Looks['hairColor'], Rgb>> = {
  black: [33, 31, 40],
  brown: [100, 61, 36],
  blonde: [230, 190, 104],
  gray: [166, 169, 177],
}

const white: Rgb = [255, 255, 255]
const black: Rgb = [0, 0, 0]

export function css([red, green, blue]: Rgb, alpha = 1): string {
  return `rgba(${red | 0},${green | 0},${blue | 0},${alpha})`
}

export function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const blend = (a: number, b: number): number => a + (b - a) * share
  return [blend(from[0], to[0]), blend(from[1], to[1]), blend(from[2], to[2])]
}

export const lighten = (colour: Rgb, share: number): Rgb => mix(colour, white, share)
export const darken = (colour: Rgb, share: number): Rgb => mix(colour, black, share)

/** @param hue 0 to 1; @param saturation 0 to 1; @param lightness 0 to 1 */
export function hsl(hue: number, saturation: number, lightness: number): Rgb {
  const reach = saturation * Math.min(lightness, 1 - lightness)
  const channel = (n: number): number => {
    const k = (n + hue * 12) % 12
    return 255 * (lightness - reach * Math.max(-1, Math.min(k - 3, 9 - k, 1)))
  }
  return [channel(0), channel(8), channel(4)]
}

function brightness([red, green, blue]: Rgb): number {
  return 0.3 * red + 0.59 * green + 0.11 * blue
}

export function paletteOf(looks: Looks): Palette {
  const skin = skins[looks.skin]
  const hair = hairs[looks.hairColor]
  const brow = darken(hair, looks.hairColor === 'black' ? 0.3 : 0.42)
  const faint = Math.abs(brightness(brow) - brightness(skin)) < 50
  const natural = mix(mix(skin, [178, 62, 70], looks.isMale ? 0.38 : 0.52), black, looks.skin === 'pale' ? 0.02 : 0.06)
  const lip: Rgb = looks.hasLipstick ? [208, 14, 52] : natural
  return {
    skin,
    skinLight: mix(skin, [255, 244, 228], looks.skin === 'dark' ? 0.24 : 0.4),
    skinShade: mix(skin, [92, 34, 24], looks.skin === 'pale' ? 0.22 : 0.3),
    crease: mix(skin, looks.skin === 'dark' ? [26, 8, 4] : [92, 26, 16], 0.74),
    blush: looks.skin === 'dark' || looks.skin === 'brown' ? [206, 62, 62] : [240, 92, 92],
    hair,
    hairLight: lighten(hair, looks.hairColor === 'black' ? 0.2 : 0.34),
    hairDark: darken(hair, 0.38),
    brow: faint ? darken(brow, 0.6) : brow,
    lip,
    lipDark: darken(lip, 0.28),
    iris: irisOf(looks.irisTone),
    shirt: hsl(looks.clothesTone, 0.42, 0.42),
    tie: hsl((looks.clothesTone + 0.45) % 1, 0.7, 0.38),
    hat: hsl(looks.hatTone, 0.58, 0.48),
  }
}

/** From brown over hazel and green to blue and gray. */
function irisOf(tone: number): Rgb {
  const stops: readonly Rgb[] = [
    [92, 54, 28],
    [138, 92, 40],
    [92, 122, 62],
    [64, 122, 168],
    [112, 132, 148],
  ]
  const place = Math.min(0.9999, Math.max(0, tone)) * (stops.length - 1)
  const index = Math.floor(place)
  return mix(stops[index] ?? white, stops[index + 1] ?? white, place - index)
}
