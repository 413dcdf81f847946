import { createCanvas } from '@napi-rs/canvas'
import { describe, expect, it } from 'vitest'
import { type ActionUnit, actionUnits } from '../affect/labels.ts'
import { BicubicResizer } from '../qwen25vl/resize.ts'
import { drawFace } from './draw-face.ts'
import { backgrounds, type Canvas2D, type Looks, type Pose, type Scene } from './face.ts'

const seen = 112

const woman: Looks = {
  isMale: false,
  isYoung: true,
  faceShape: 'oval',
  skin: 'medium',
  hasRosyCheeks: false,
  hairColor: 'brown',
  hairLength: 'long',
  hairTexture: 'straight',
  hasBangs: false,
  hasRecedingHairline: false,
  browShape: 'plain',
  hasEyeBags: false,
  hasBigNose: false,
  hasBigLips: false,
  beard: 'none',
  hasMustache: false,
  glasses: 'none',
  hasHat: false,
  hasEarrings: false,
  hasLipstick: false,
  hasNecklace: false,
  hasNecktie: false,
  irisTone: 0.2,
  clothesTone: 0.5,
  hatTone: 0.02,
}
const people: Readonly<Record<string, Looks>> = {
  woman,
  'pale bald man': { ...woman, isMale: true, faceShape: 'square', skin: 'pale', hairLength: 'bald' },
  'dark man with a beard': {
    ...woman,
    isMale: true,
    isYoung: false,
    faceShape: 'chubby',
    skin: 'dark',
    hairColor: 'black',
    hairLength: 'short',
    beard: 'full',
    hasMustache: true,
  },
  'woman in sunglasses and a hat': { ...woman, skin: 'tan', glasses: 'sunglasses', hasHat: true, hasLipstick: true },
}
const scene: Scene = {
  background: 'plain',
  tone: 0.5,
  lightness: 0.7,
  lightX: -0.5,
  shading: 0.4,
  exposure: 1,
  warmth: 0,
  scale: 1,
  x: 0,
  y: 0,
  noise: 0,
}
const none = Object.fromEntries(actionUnits.map((unit) => [unit, 0])) as Record<ActionUnit, number>
const rest: Pose = {
  units: none,
  yaw: 0,
  pitch: 0,
  roll: 0,
  gazeX: 0,
  gazeY: 0,
  closedLeft: 0,
  closedRight: 0,
}

/** uint8 [112, 112, 3] RGB, as the model sees it. */
function picture(looks: Looks, pose: Pose = rest, place: Scene = scene, size = 224, seed = 1): Uint8Array {
  const canvas = createCanvas(size, size)
  const ctx = canvas.getContext('2d')
  drawFace(ctx as unknown as Canvas2D, size, looks, place, pose, seed)
  const { data } = ctx.getImageData(0, 0, size, size)
  return new BicubicResizer({ width: size, height: size }, { width: seen, height: seen }).resize(data)
}

type Box = readonly [left: number, top: number, right: number, bottom: number]
const whole: Box = [0, 0, 1, 1]

/** Mean absolute difference over a box, in gray levels. */
function difference(a: Uint8Array, b: Uint8Array, [left, top, right, bottom]: Box = whole): number {
  let sum = 0
  let count = 0
  for (let y = Math.round(top * seen); y < bottom * seen; y++) {
    for (let x = Math.round(left * seen); x < right * seen; x++) {
      for (let channel = 0; channel < 3; channel++) {
        const at = (y * seen + x) * 3 + channel
        sum += Math.abs((a[at] ?? 0) - (b[at] ?? 0))
        count++
      }
    }
  }
  return sum / count
}

const brows: Box = [0.28, 0.16, 0.72, 0.4]
const eyes: Box = [0.26, 0.34, 0.74, 0.48]
const cheeks: Box = [0.26, 0.4, 0.74, 0.6]
const mouth: Box = [0.34, 0.5, 0.66, 0.9]

const regions: Readonly<Record<ActionUnit, Box>> = {
  AU1: brows,
  AU2: brows,
  AU4: brows,
  AU6: cheeks,
  AU7: eyes,
  AU10: [0.34, 0.42, 0.66, 0.7],
  AU12: mouth,
  AU15: mouth,
  AU23: mouth,
  AU24: mouth,
  AU25: mouth,
  AU26: [0.22, 0.5, 0.78, 0.95],
}

describe('drawFace', () => {
  for (const [name, looks] of Object.entries(people)) {
    const neutral = picture(looks)
    for (const unit of actionUnits) {
      it(`shows ${unit} where it belongs on a ${name}`, () => {
        const shown = picture(looks, { ...rest, units: { ...none, [unit]: 0.65 } })
        const faint = picture(looks, { ...rest, units: { ...none, [unit]: 0.25 } })
        const region = regions[unit]
        const change = difference(shown, neutral, region)
        expect(change).toBeGreaterThan(1.5)
        // most of what changes, changes there
        const [left, top, right, bottom] = region
        const inside = change * (right - left) * (bottom - top)
        expect(inside / difference(shown, neutral)).toBeGreaterThan(0.5)
        expect(difference(faint, neutral, region)).toBeLessThan(0.5 * change)
      })
    }
  }

  it('tells every unit from every other one', () => {
    const shown = actionUnits.map((unit) => picture(woman, { ...rest, units: { ...none, [unit]: 0.65 } }))
    for (const [i, a] of shown.entries()) {
      for (const b of shown.slice(i + 1)) expect(difference(a, b)).toBeGreaterThan(0.3)
    }
  })

  const changes: readonly Partial<Looks>[] = [
    { isMale: true },
    { isYoung: false },
    { faceShape: 'chubby' },
    { faceShape: 'square' },
    { skin: 'pale' },
    { skin: 'tan' },
    { skin: 'brown' },
    { skin: 'dark' },
    { hasRosyCheeks: true },
    { hairColor: 'black' },
    { hairColor: 'blonde' },
    { hairColor: 'gray' },
    { hairLength: 'short' },
    { hairLength: 'bald' },
    { hairTexture: 'wavy' },
    { hasBangs: true },
    { hasRecedingHairline: true },
    { browShape: 'arched' },
    { browShape: 'bushy' },
    { hasEyeBags: true },
    { hasBigNose: true },
    { hasBigLips: true },
    { beard: 'stubble' },
    { beard: 'goatee' },
    { beard: 'full' },
    { hasMustache: true },
    { glasses: 'eyeglasses' },
    { glasses: 'sunglasses' },
    { hasHat: true },
    { hasEarrings: true },
    { hasLipstick: true },
    { hasNecklace: true },
    { hasNecktie: true },
  ]
  for (const change of changes) {
    it(`shows ${JSON.stringify(change)}`, () => {
      for (const base of [woman, { ...woman, isMale: true, hairLength: 'short' as const }]) {
        const changed = { ...base, ...change }
        if (JSON.stringify(changed) === JSON.stringify(base)) continue
        expect(difference(picture(changed), picture(base))).toBeGreaterThan(0.2)
      }
    })
  }

  it('shows stubble on every skin', () => {
    for (const skin of ['pale', 'medium', 'tan', 'brown', 'dark'] as const) {
      const man: Looks = { ...woman, isMale: true, hairLength: 'short', skin }
      expect(difference(picture({ ...man, beard: 'stubble' }), picture(man), mouth)).toBeGreaterThan(4)
    }
  })

  it('moves the features with the head and the iris with the gaze, and closes the lids', () => {
    const neutral = picture(woman)
    const moves: readonly Partial<Pose>[] = [
      { yaw: 0.3 },
      { yaw: -0.3 },
      { pitch: 0.2 },
      { pitch: -0.2 },
      { roll: 0.2 },
      { gazeX: 1 },
      { gazeX: -1 },
      { gazeY: 1 },
      { gazeY: -1 },
      { closedLeft: 1 },
      { closedRight: 1 },
    ]
    const shown = moves.map((move) => picture(woman, { ...rest, ...move }))
    for (const [i, a] of [neutral, ...shown].entries()) {
      for (const b of shown.slice(i)) expect(difference(a, b)).toBeGreaterThan(0.15)
    }
    const left: Box = [0.25, 0.34, 0.5, 0.5]
    const right: Box = [0.5, 0.34, 0.75, 0.5]
    const wink = picture(woman, { ...rest, closedLeft: 1 })
    expect(difference(wink, neutral, left)).toBeGreaterThan(5)
    expect(difference(wink, neutral, right)).toBeLessThan(0.5)
  })

  it('lets closed lids be told behind sunglasses', () => {
    const looks: Looks = { ...woman, glasses: 'sunglasses' }
    const closed = picture(looks, { ...rest, closedLeft: 1, closedRight: 1 })
    expect(difference(closed, picture(looks), eyes)).toBeGreaterThan(3)
  })

  it('shows every part of the scene', () => {
    const base = picture(woman)
    const places: readonly Partial<Scene>[] = [
      ...backgrounds.slice(1).map((background) => ({ background })),
      { tone: 0.1 },
      { lightness: 0.2 },
      { lightX: 0.8 },
      { shading: 1 },
      { exposure: 0.8 },
      { exposure: 1.2 },
      { warmth: 0.5 },
      { scale: 1.15 },
      { x: 0.08 },
      { y: -0.08 },
      { noise: 8 },
    ]
    for (const place of places) {
      expect(difference(picture(woman, rest, { ...scene, ...place }), base), JSON.stringify(place)).toBeGreaterThan(0.8)
    }
  })

  it('draws equal pictures for equal arguments, and other noise for another seed', () => {
    const place: Scene = { ...scene, noise: 5, background: 'bokeh', exposure: 1.1, warmth: -0.3 }
    const first = picture(woman, rest, place, 224, 7)
    expect(picture(woman, rest, place, 224, 7)).toEqual(first)
    expect(difference(picture(woman, rest, place, 224, 8), first)).toBeGreaterThan(0.5)
  })

  it('leaves the context as it was', () => {
    const canvas = createCanvas(64, 64)
    const ctx = canvas.getContext('2d')
    ctx.setTransform(2, 0, 0, 2, 5, 6)
    ctx.fillStyle = '#123456'
    drawFace(ctx as unknown as Canvas2D, 64, woman, { ...scene, noise: 3 }, { ...rest, roll: 0.2 }, 1)
    expect(ctx.getTransform().e).toBe(5)
    // By its pixels: the package's getter forgets what restore brings back.
    ctx.fillRect(0, 0, 64, 64)
    expect([...ctx.getImageData(30, 30, 1, 1).data]).toEqual([0x12, 0x34, 0x56, 255])
  })

  it('draws the same face at every size', () => {
    const pose: Pose = { ...rest, yaw: 0.3, units: { ...none, AU12: 1, AU25: 1 } }
    const usual = picture(woman, pose)
    for (const size of [112, 480]) expect(difference(picture(woman, pose, scene, size), usual)).toBeLessThan(2.5)
  })
})
