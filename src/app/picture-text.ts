import type { PictureState } from '../readers/worker/protocol.ts'
import type { Source } from './session/session-state.ts'
import { pictureWords } from './words/run.ts'

/** Why a camera or what is shared gives no picture, as far as a page can know, and what can be done. */
export interface PictureText {
  readonly title: string
  readonly cause: string
  readonly action: string
}

/** The words for the state of the picture; undefined while there is one. */
export function pictureText(picture: PictureState, { kind }: Pick<Source, 'kind'>): PictureText | undefined {
  if (picture === 'there' || kind === 'stopped') return undefined
  if (kind === 'screen') return pictureWords.screen
  return {
    title: kind === 'camera' ? pictureWords.camera : pictureWords.source,
    cause: picture === 'muted' ? pictureWords.muted : pictureWords.silent,
    action: pictureWords.action,
  }
}
