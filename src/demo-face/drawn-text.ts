import type { ActionUnit } from '../affect/labels.ts'
import type { MotionType } from './clip.ts'
import type { ExpressionId, ShownTruth } from './live-face.ts'

/** Chips of the drawn face, in the order in which they are shown. */
export const expressionTitles: readonly { readonly id: ExpressionId; readonly title: string }[] = [
  { id: 'smile', title: 'Smile' },
  { id: 'laugh', title: 'Laugh' },
  { id: 'scowl', title: 'Scowl' },
  { id: 'sad', title: 'Sad' },
  { id: 'surprised', title: 'Surprised' },
  { id: 'afraid', title: 'Afraid' },
  { id: 'disgusted', title: 'Disgusted' },
  { id: 'neutral', title: 'Neutral' },
]

export const motionTitles: readonly { readonly id: MotionType; readonly title: string }[] = [
  { id: 'none', title: 'None' },
  { id: 'nod', title: 'Nod' },
  { id: 'shake_head', title: 'Shake head' },
  { id: 'turn', title: 'Turn' },
  { id: 'blink', title: 'Blink' },
  { id: 'close_eyes', title: 'Close eyes' },
  { id: 'wink', title: 'Wink' },
  { id: 'look_around', title: 'Look around' },
  { id: 'talk', title: 'Talk' },
  { id: 'yawn', title: 'Yawn' },
]

/** What each unit does to the face, in few words. */
export const unitTitles: Readonly<Record<ActionUnit, string>> = {
  AU1: 'Inner brows up',
  AU2: 'Outer brows up',
  AU4: 'Brows down',
  AU6: 'Cheeks up',
  AU7: 'Lids tight',
  AU10: 'Upper lip up',
  AU12: 'Lip corners up',
  AU15: 'Lip corners down',
  AU23: 'Lips tight',
  AU24: 'Lips pressed',
  AU25: 'Lips parted',
  AU26: 'Jaw down',
}

/** `AU6 AU12, happy, nod`: what is drawn at a moment, in the words that a reading may use. */
export function truthText({ units, emotion, motion }: Pick<ShownTruth, 'units' | 'emotion' | 'motion'>): string {
  const parts = [units.length === 0 ? 'no action unit' : units.join(' '), emotion]
  return [...parts, ...(motion === 'none' ? [] : [motion.replaceAll('_', ' ')])].join(', ')
}
