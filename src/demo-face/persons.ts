import type { Looks, Scene } from './face.ts'

const plain: Looks = {
  isMale: false,
  isYoung: true,
  faceShape: 'oval',
  skin: 'medium',
  hasRosyCheeks: false,
  hairColor: 'brown',
  hairLength: 'short',
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
  irisTone: 0.1,
  clothesTone: 0.5,
  hatTone: 0.6,
}

export interface Person {
  readonly id: string
  readonly name: string
  readonly looks: Looks
}

/** Preset persons. They depict no real people. */
export const persons: readonly Person[] = [
  {
    id: 'maya',
    name: 'Maya',
    looks: {
      ...plain,
      skin: 'tan',
      hairColor: 'brown',
      hairLength: 'long',
      hairTexture: 'wavy',
      hasLipstick: true,
      hasEarrings: true,
      clothesTone: 0.5,
    },
  },
  {
    id: 'jonas',
    name: 'Jonas',
    looks: {
      ...plain,
      isMale: true,
      skin: 'pale',
      faceShape: 'square',
      hairColor: 'blonde',
      beard: 'stubble',
      irisTone: 0.6,
      clothesTone: 0.6,
    },
  },
  {
    id: 'amara',
    name: 'Amara',
    looks: {
      ...plain,
      skin: 'dark',
      hairColor: 'black',
      hairTexture: 'wavy',
      hasBigLips: true,
      hasEarrings: true,
      hasNecklace: true,
      clothesTone: 0.1,
    },
  },
  {
    id: 'kenji',
    name: 'Kenji',
    looks: {
      ...plain,
      isMale: true,
      hairColor: 'black',
      hasBangs: true,
      glasses: 'eyeglasses',
      clothesTone: 0.62,
    },
  },
  {
    id: 'ruth',
    name: 'Ruth',
    looks: {
      ...plain,
      isYoung: false,
      skin: 'pale',
      faceShape: 'chubby',
      hasRosyCheeks: true,
      hairColor: 'gray',
      hairTexture: 'wavy',
      hasLipstick: true,
      hasNecklace: true,
      irisTone: 0.55,
      clothesTone: 0.75,
    },
  },
  {
    id: 'samir',
    name: 'Samir',
    looks: {
      ...plain,
      isMale: true,
      isYoung: false,
      skin: 'brown',
      hairColor: 'black',
      browShape: 'bushy',
      beard: 'full',
      hasMustache: true,
      hasNecktie: true,
      clothesTone: 0.68,
    },
  },
]

/** A calm, well-lit scene without sensor noise, which a live picture would change in every frame. */
export const firstScene: Scene = {
  background: 'plain',
  tone: 0.47,
  lightness: 0.82,
  lightX: -0.4,
  shading: 0.3,
  exposure: 1,
  warmth: 0.05,
  scale: 0.96,
  x: 0,
  y: 0,
  noise: 0,
}

/** Whose looks these are, if they are somebody's of the list. */
export function personOf(looks: Looks): Person | undefined {
  const fields = Object.keys(plain) as (keyof Looks)[]
  return persons.find((person) => fields.every((field) => person.looks[field] === looks[field]))
}

/** Looks that hide one another: where both are wished, the one that is changed last stays. */
const clashes: readonly (readonly [Partial<Looks>, Partial<Looks>])[] = [
  [{ hairLength: 'bald' }, { hasHat: true }],
  [{ hairLength: 'bald' }, { hasBangs: true }],
  [{ hairLength: 'bald' }, { hasRecedingHairline: true }],
  [{ hasHat: true }, { hasBangs: true }],
  [{ hasHat: true }, { hasRecedingHairline: true }],
  [{ hasBangs: true }, { hasRecedingHairline: true }],
  [{ glasses: 'sunglasses' }, { hasEyeBags: true }],
]
const without: Partial<Looks> = {
  hairLength: 'short',
  hasHat: false,
  hasBangs: false,
  hasRecedingHairline: false,
  glasses: 'none',
  hasEyeBags: false,
}

function has(looks: Looks, wish: Partial<Looks>): boolean {
  return (Object.keys(wish) as (keyof Looks)[]).every((field) => looks[field] === wish[field])
}

function pick(wish: Partial<Looks>): Partial<Looks> {
  return Object.fromEntries(Object.keys(wish).map((field) => [field, without[field as keyof Looks]]))
}

/** Looks with something changed, in combinations that people by lot have too: what the change would hide goes. */
export function withLooks(looks: Looks, change: Partial<Looks>): Looks {
  let next = { ...looks, ...change }
  const isChanged = (wish: Partial<Looks>) => Object.keys(wish).some((field) => field in change)
  for (const [a, b] of clashes) {
    if (has(next, a) && has(next, b)) next = { ...next, ...pick(isChanged(a) ? b : a) }
  }
  // As the looks by lot have it: beards are men's here, lipstick is women's.
  if (!next.isMale && (next.beard !== 'none' || next.hasMustache)) {
    next = change.isMale === false ? { ...next, beard: 'none', hasMustache: false } : { ...next, isMale: true }
  }
  if (next.isMale && next.hasLipstick) {
    next = change.hasLipstick
      ? { ...next, isMale: false, beard: 'none', hasMustache: false }
      : { ...next, hasLipstick: false }
  }
  return next
}
