import { type ActionUnit, actionUnits } from '../affect/labels.ts'
import { clipSeconds, type DrawnClip, type Motion, type MotionType, type Phase, type Units } from './clip.ts'
import {
  backgrounds,
  beards,
  browShapes,
  faceShapes,
  hairColors,
  hairTextures,
  type Looks,
  type Scene,
  skins,
} from './face.ts'
import { Random } from './random.ts'

export const motionTypes: readonly MotionType[] = [
  'none',
  'nod',
  'shake_head',
  'turn',
  'blink',
  'close_eyes',
  'talk',
  'yawn',
  'look_around',
  'wink',
]

/** A clip drawn by lot: looks, scene, one or two expressions and at most one motion. The same for the same seed. */
export function sampleClip(seed: number): DrawnClip {
  const random = new Random(seed)
  const looks = sampleLooks(random)
  const scene = sampleScene(random)
  // Faces that hold still must not look like a rare thing; heads turn sideways as often as they shake, and up or down as
  // often as they nod.
  const type = random.pick([...motionTypes, 'none', 'turn'] as const)
  const motion = sampleMotion(random, type)
  return {
    looks,
    scene,
    phases: samplePhases(random, type),
    motion,
    idle: {
      yaw: random.between(-0.12, 0.12),
      pitch: random.between(-0.07, 0.07),
      roll: random.between(-0.12, 0.12),
      gazeX: random.between(-0.3, 0.3),
      gazeY: random.between(-0.2, 0.2),
      sway: random.between(0, 0.03),
      shift: random.between(0, 6),
    },
    noiseSeed: Math.floor(random.next() * 2 ** 31),
  }
}

/** Anybody: combinations are free, except what would hide one another. */
export function sampleLooks(random: Random): Looks {
  const isMale = random.chance(0.5)
  const hairLength = random.chance(0.12) ? 'bald' : random.chance(isMale ? 0.2 : 0.65) ? 'long' : 'short'
  const hasHat = hairLength !== 'bald' && random.chance(0.15)
  const isBare = hairLength === 'bald' || hasHat
  const hasBangs = !isBare && random.chance(0.3)
  const glasses = random.chance(0.2) ? 'eyeglasses' : random.chance(0.12) ? 'sunglasses' : 'none'
  const beard = isMale && random.chance(0.6) ? random.pick(beards.filter((each) => each !== 'none')) : 'none'
  return {
    isMale,
    isYoung: random.chance(0.6),
    faceShape: random.pick(faceShapes),
    skin: random.pick(skins),
    hasRosyCheeks: random.chance(0.25),
    hairColor: random.pick(hairColors),
    hairLength,
    hairTexture: random.pick(hairTextures),
    hasBangs,
    hasRecedingHairline: !isBare && !hasBangs && random.chance(isMale ? 0.3 : 0.1),
    browShape: random.pick(browShapes),
    hasEyeBags: glasses !== 'sunglasses' && random.chance(0.25),
    hasBigNose: random.chance(0.3),
    hasBigLips: random.chance(0.3),
    beard,
    hasMustache: isMale && random.chance(0.25),
    glasses,
    hasHat,
    hasEarrings: random.chance(isMale ? 0.08 : 0.4),
    hasLipstick: !isMale && random.chance(0.45),
    hasNecklace: random.chance(isMale ? 0.05 : 0.3),
    hasNecktie: random.chance(isMale ? 0.3 : 0.05),
    irisTone: random.next(),
    clothesTone: random.next(),
    hatTone: random.next(),
  }
}

export function sampleScene(random: Random): Scene {
  return {
    background: random.pick(backgrounds),
    tone: random.next(),
    lightness: random.between(0.15, 0.9),
    lightX: random.between(-1, 1),
    shading: random.between(0, 0.8),
    exposure: random.between(0.8, 1.15),
    warmth: random.between(-0.6, 0.6),
    scale: random.between(0.88, 1.12),
    x: random.between(-0.06, 0.06),
    y: random.between(-0.04, 0.04),
    noise: random.chance(0.5) ? 0 : random.between(1, 6),
  }
}

/** One expression throughout, or one that gives way to another. */
function samplePhases(random: Random, motion: MotionType): Phase[] {
  const first = sampleUnits(random, motion)
  // A yawn is a face of its own.
  if (motion === 'yawn' || random.chance(0.5)) return [{ toS: clipSeconds, units: first }]
  const second = sampleUnits(random, motion)
  return [
    { toS: random.between(0.9, 3), units: first },
    { toS: clipSeconds, units: second },
  ]
}

type Chance = readonly [chance: number, ...units: readonly ActionUnit[]]

/** What each emotion is posed with: these units together, with this chance. */
const poses: readonly (readonly Chance[])[] = [
  [],
  [
    [1, 'AU12'],
    [0.6, 'AU6'],
    [0.5, 'AU25'],
    [0.15, 'AU26'],
  ],
  [
    [1, 'AU1', 'AU4'],
    [0.75, 'AU15'],
    [0.15, 'AU6'],
  ],
  [
    [0.8, 'AU4'],
    [0.8, 'AU7'],
    [0.5, 'AU23'],
    [1, 'AU24'],
  ],
  [
    [1, 'AU1', 'AU2'],
    [0.6, 'AU26'],
    [0.6, 'AU25'],
  ],
  [
    [1, 'AU10'],
    [0.35, 'AU4'],
    [0.3, 'AU25'],
    [0.25, 'AU7'],
    [0.2, 'AU15'],
  ],
  [
    [1, 'AU1', 'AU2', 'AU4'],
    [0.6, 'AU25'],
    [0.35, 'AU26'],
    [0.2, 'AU15'],
  ],
]

/** Units that pull against each other, or hide one another; the one that stands first stays. */
export const opposed: readonly (readonly [ActionUnit, ActionUnit])[] = [
  ['AU12', 'AU15'],
  ['AU23', 'AU24'],
  ['AU25', 'AU23'],
  ['AU25', 'AU24'],
  ['AU26', 'AU23'],
  ['AU26', 'AU24'],
  ['AU10', 'AU23'],
  ['AU10', 'AU24'],
]

/** A posed emotion, or any combination: one in three, so that a unit is not known by its company. */
function sampleUnits(random: Random, motion: MotionType): Units {
  const present = new Set<ActionUnit>()
  if (random.chance(0.33)) {
    for (const unit of random.shuffled(actionUnits)) if (random.chance(0.3)) add(present, unit)
  } else {
    for (const [chance, ...units] of random.pick(poses)) {
      if (random.chance(chance)) for (const unit of units) add(present, unit)
    }
  }
  // The mouth is for talking and yawning then, and closed eyes have no lids to tighten.
  if (motion === 'talk' || motion === 'yawn') for (const unit of mouthUnits) present.delete(unit)
  if (motion === 'close_eyes' || motion === 'yawn') present.delete('AU7')
  if (present.has('AU26')) add(present, 'AU25')
  const units: Partial<Record<ActionUnit, number>> = {}
  for (const unit of actionUnits) {
    if (present.has(unit)) units[unit] = random.between(0.65, 1)
    else if (random.chance(0.2)) units[unit] = random.between(0, 0.2)
  }
  return units
}

const mouthUnits: readonly ActionUnit[] = ['AU10', 'AU12', 'AU15', 'AU23', 'AU24', 'AU25', 'AU26']

function add(present: Set<ActionUnit>, unit: ActionUnit): void {
  const isOpposed = opposed.some(([a, b]) => (a === unit && present.has(b)) || (b === unit && present.has(a)))
  if (!isOpposed) present.add(unit)
}

function sampleMotion(random: Random, type: MotionType): Motion {
  switch (type) {
    case 'none':
      return { type }
    case 'nod':
      // As slow as a head that is raised or lowered, so that only the order of the frames tells the two apart.
      return { type, size: random.between(0.2, 0.3), periodS: random.between(1.5, 2.5), shift: random.next() }
    case 'shake_head':
      // And as slow as one that turns to a side.
      return { type, size: random.between(0.35, 0.5), periodS: random.between(2, 3.2), shift: random.next() }
    case 'look_around':
      return { type, size: random.between(0.8, 1), periodS: random.between(1.6, 2.8), shift: random.next() }
    case 'turn': {
      const axis = random.pick(['yaw', 'pitch'] as const)
      const [least, most] = axis === 'yaw' ? [0.3, 0.5] : [0.2, 0.3]
      const [from, to] = random.shuffled([random.between(-most, -least), random.between(least, most)])
      const lastsS = random.between(2, 3.4)
      return { type, axis, from, to, startS: random.between(0.2, clipSeconds - 0.4 - lastsS), lastsS }
    }
    case 'blink': {
      // Far enough apart that open eyes are seen between them.
      const first = random.between(0.3, 0.9)
      const second = first + random.between(1.1, 1.5)
      const third = second + random.between(1.1, 1.5)
      const atS = [first, second, third].filter((at) => at < clipSeconds - 0.2)
      return { type, atS, lastsS: random.between(0.45, 0.6) }
    }
    case 'close_eyes': {
      // About as long as three blinks together: here, too, the order tells.
      const lastsS = random.between(1.3, 2.3)
      return { type, startS: random.between(0.1, clipSeconds - 0.2 - lastsS), lastsS }
    }
    case 'yawn': {
      const lastsS = random.between(1.8, 2.8)
      return { type, startS: random.between(0.1, clipSeconds - 0.2 - lastsS), lastsS }
    }
    case 'wink': {
      const lastsS = random.between(1, 1.8)
      return { type, startS: random.between(0.2, clipSeconds - 0.3 - lastsS), lastsS, isLeft: random.chance(0.5) }
    }
    case 'talk':
      return { type, openings: sampleOpenings(random) }
  }
}

/** Syllables: the mouth opens and closes at least twice, never for long. */
function sampleOpenings(random: Random): number[] {
  const openings: number[] = []
  let isOpen = random.chance(0.5)
  while (openings.length < 2 * clipSeconds) {
    const lasts = random.chance(0.25) ? 2 : 1
    for (let i = 0; i < lasts; i++) openings.push(isOpen ? random.between(0.7, 1) : random.between(0, 0.15))
    isOpen = !isOpen
  }
  return openings.slice(0, 2 * clipSeconds)
}
