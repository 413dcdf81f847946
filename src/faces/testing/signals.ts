import { type RestSignal, type SignalValues, usualRest } from '../action-units.ts'
import type { Blendshapes } from '../blendshapes.ts'
import { type BlendshapeName, blendshapeNames } from '../networks/blendshapes.ts'

/** A usual face at rest, but for what is given. */
export function signals(changed: Partial<Record<RestSignal, number>> = {}): SignalValues {
  return { ...usualRest, ...changed }
}

/** No movement at all, but for what is given. */
export function blendshapes(changed: Partial<Record<BlendshapeName, number>> = {}): Blendshapes {
  const none = Object.fromEntries(blendshapeNames.map((name) => [name, 0])) as Record<BlendshapeName, number>
  return { ...none, ...changed }
}
