import type { WireError } from '../../src/base/errors.ts'
import type { LiveComparison } from './live-replay.ts'
import type { ReplayResult } from './replay.ts'

/** A replay's outcome as JSON, floats as base64 of their bytes. */
export type WireOutcome =
  | {
      readonly kind: 'result'
      readonly adapter: string
      readonly features: string
      readonly answers: readonly { firstLogits: string; tokens: readonly number[]; margins: readonly number[] }[]
      readonly live?: readonly LiveComparison[]
    }
  | { readonly kind: 'error'; readonly error: WireError }

export function encodeOutcome(adapter: string, result: ReplayResult): WireOutcome {
  return {
    kind: 'result',
    adapter,
    features: encodeFloats(result.features),
    answers: result.answers.map(({ firstLogits, tokens, margins }) => ({
      firstLogits: encodeFloats(firstLogits),
      tokens,
      margins,
    })),
    ...(result.live ? { live: result.live } : {}),
  }
}

export function decodeResult(outcome: Extract<WireOutcome, { kind: 'result' }>): ReplayResult {
  return {
    features: decodeFloats(outcome.features),
    answers: outcome.answers.map(({ firstLogits, tokens, margins }) => ({
      firstLogits: decodeFloats(firstLogits),
      tokens,
      margins,
    })),
    ...(outcome.live ? { live: outcome.live } : {}),
  }
}

function encodeFloats(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  let text = ''
  for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
  return btoa(text)
}

function decodeFloats(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return new Float32Array(bytes.buffer)
}
