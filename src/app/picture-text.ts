import type { PictureState } from '../readers/worker/protocol.ts'
import type { Source } from './session/session-state.ts'

/** Why a camera or what is shared gives no picture, as far as a page can know, and what can be done. */
export interface PictureText {
  readonly title: string
  readonly cause: string
  readonly action: string
}

const goesOn = 'Nothing is read or recorded meanwhile; the reading goes on by itself as soon as there is a picture.'

/** The words for the state of the picture; undefined while there is one. */
export function pictureText(picture: PictureState, { kind }: Pick<Source, 'kind'>): PictureText | undefined {
  if (picture === 'there' || kind === 'stopped') return undefined
  if (kind === 'screen') {
    return {
      title: 'What is shared gives no picture',
      cause: 'The browser cannot see it at the moment: the window may be minimised, or the screen locked.',
      action: `Bring it back to the front. ${goesOn}`,
    }
  }
  const isCamera = kind === 'camera'
  const title = isCamera ? 'The camera gives no picture' : 'The source gives no picture'
  const cause =
    picture === 'muted'
      ? 'The browser or the system has muted it: its shutter or switch may be closed, another program may have taken it over, or its permission may have been taken away.'
      : 'No frame has come for a while: another program may have taken it over, its shutter may be closed, its permission may have been taken away, or its cable may be loose.'
  return {
    title,
    cause,
    action: `Open the shutter, close other programs that use it, and look at the cable and at the browser’s and the system’s permissions. ${goesOn}`,
  }
}
