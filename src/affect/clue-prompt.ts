import { afterVideo } from './stage.ts'

/** Clues are a hint beside the pictures, not a report: the strongest units, and the first movements. */
export const mostUnits = 6
export const mostMovements = 4

/** As long as clues (`clues.ts`) can become, for the room that a conversation needs. */
export const longestClues = `Measured: ${[
  ...Array.from({ length: mostUnits }, () => 'lip corner depressor (AU15) moderate from 100.0 s to 100.0 s'),
  ...Array.from({ length: mostMovements }, () => '10 times a turn of the head from 100.0 s to 100.0 s'),
  'no brow or mouth movement',
].join('; ')}.`

/** A prompt that begins with clues; behind the full stop that follows a video, where it begins with that. */
export function withClues(prompt: string, clues: string): string {
  const [opening, rest] = prompt.startsWith(afterVideo) ? [afterVideo, prompt.slice(afterVideo.length)] : ['', prompt]
  return `${opening}${clues} ${rest}`
}
