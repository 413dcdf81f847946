import { createContext, useContext } from 'react'
import type { TextSpan } from '../affect/tree.ts'
import type { BuildSession } from './build-session.ts'
import type { PageSession } from './session/page-session.ts'
import { Store } from './store.ts'

export const panelIds = ['model', 'build', 'device', 'performance', 'storage', 'settings', 'help', 'privacy'] as const
export type PanelId = (typeof panelIds)[number]
/** Questions that are shown alone until they are answered. */
export type QuestionId = 'consent' | 'erase' | 'replace'

/** What a person reviews in place of the newest reading. Reviewing starts nothing. */
export type Review =
  /** The reading that covers this time of the source on show, s: what is said follows the playhead. */
  | {
      readonly kind: 'playhead'
      readonly timeS: number
      /** Nobody chose the place: a file that was read plays on by itself. */
      readonly isByItself?: true
    }
  /** One finished reading, also of another source; its number in the recording. */
  | { readonly kind: 'reading'; readonly update: number }

/** Parts of the page that are sheets on narrow screens, where one at a time comes up from below. */
export type SheetId = 'adjust' | 'why' | 'timeline'

/** What a person points at in the tree: its frames and its words are shown. */
export interface Pointed {
  readonly key: string
  /** Numbers of the frames, as in `FrameNote`. */
  readonly frames: ReadonlySet<number>
  readonly spans: readonly TextSpan[]
}

/** Which panels, readings and rows are on show; kept in memory only. */
export interface ViewState {
  readonly panel: PanelId | undefined
  readonly question: QuestionId | undefined
  /** The model panel opens with the cursor in the field of the address. */
  readonly isAddressWanted: boolean
  /** The id of the action that waits for an answer to the question `replace`: it would end what is running. */
  readonly waitingAction: string | undefined
  /** Undefined: the newest reading is on show. */
  readonly review: Review | undefined
  readonly sheet: SheetId | undefined
  readonly pointed: Pointed | undefined
  /** Whole texts and all rows stand in *Why*, not their first lines alone. */
  readonly isWhyWhole: boolean
  readonly areProbabilitiesShown: boolean
  /** The element that plays the source, where one does: what is drawn of its frames keeps in step with it. */
  readonly player: HTMLVideoElement | undefined
}

const firstView: ViewState = {
  panel: undefined,
  question: undefined,
  isAddressWanted: false,
  waitingAction: undefined,
  review: undefined,
  sheet: undefined,
  pointed: undefined,
  isWhyWhole: false,
  areProbabilitiesShown: false,
  player: undefined,
}

/** What every panel is given. */
export interface Page {
  readonly session: PageSession
  readonly view: Store<ViewState>
  readonly buildSession: BuildSession
  /** Opens the browser's own file picker. */
  readonly pickFile: () => void
}

export function createView(first: Partial<ViewState> = {}): Store<ViewState> {
  return new Store({ ...firstView, ...first })
}

const PageContext = createContext<Page | undefined>(undefined)
export const PageProvider = PageContext.Provider

export function usePage(): Page {
  const page = useContext(PageContext)
  if (!page) throw new Error('a panel outside of the page')
  return page
}
