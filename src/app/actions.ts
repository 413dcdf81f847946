import { exporters } from '../reading/exporters/index.ts'
import { isActive } from './run-text.ts'
import { measuredFace, nextFace } from './session/faces-state.ts'
import { hasWaiting } from './session/file-queue.ts'
import { isLive, type SessionState } from './session/session-state.ts'
import { showReading } from './shown.ts'
import { viewOf } from './shown-view.ts'
import type { Page, PanelId } from './view.ts'
import { actionWords, panelTitles } from './words/actions.ts'

export const actionGroups = ['reading', 'source', 'faces', 'recording', 'panels'] as const

/** Something a person can do. Keys, menus and the help all come from one list of these. */
export interface PageAction {
  readonly id: string
  readonly group: (typeof actionGroups)[number]
  readonly title: (state: SessionState) => string
  /** As in `KeyboardEvent.key`; the first is shown. */
  readonly keys: readonly string[]
  readonly isEnabled: (state: SessionState) => boolean
  /** It may end the source on show: while a camera or a screen is being read, the page asks first. */
  readonly isReplacing?: true
  readonly run: (page: Page) => void
}

const always = () => true

function panel(id: PanelId, ...keys: string[]): PageAction {
  return {
    id,
    group: 'panels',
    title: () => panelTitles[id],
    keys,
    isEnabled: always,
    run: ({ view }) => view.update({ panel: id, isAddressWanted: false }),
  }
}

export const pageActions: readonly PageAction[] = [
  {
    id: 'start-pause',
    group: 'reading',
    title: ({ run, source }) => {
      if (source?.kind === 'stopped') return actionWords.startAgain
      if (run.state === 'paused') return actionWords.resume
      if (isActive(run)) return actionWords.pause
      return run.state === 'idle' ? actionWords.start : actionWords.again
    },
    keys: [' '],
    isEnabled: ({ run, source }) => {
      if (source?.kind === 'stopped') return true
      if (run.state === 'queued' || run.state === 'stopping' || run.state === 'recovering') return false
      return isActive(run) || source !== undefined
    },
    run: (page) => {
      const { session } = page
      const { run, source } = session.store.get()
      // Of what was stopped, starting opens it again.
      if (source?.kind !== 'stopped' && isActive(run) && run.state !== 'paused') session.actions.pause()
      else {
        // A person who starts a reading wants to see it, not an earlier one.
        showReading(page, undefined)
        void session.actions.start()
      }
    },
  },
  {
    id: 'stop',
    group: 'reading',
    title: () => actionWords.stop,
    keys: ['x'],
    isEnabled: ({ run, source }) => run.state !== 'stopping' && (isActive(run) || isLive(source)),
    run: ({ session }) => session.actions.stop(),
  },
  {
    id: 'skip',
    group: 'reading',
    title: () => actionWords.skip,
    keys: ['n'],
    isEnabled: (state) => {
      const isQueueRead = state.queue.some(({ progress }) => progress.state === 'reading')
      return isQueueRead && hasWaiting(state) && isActive(state.run) && state.run.state !== 'stopping'
    },
    run: ({ session }) => void session.actions.readWaiting(),
  },
  {
    id: 'camera',
    group: 'source',
    title: () => actionWords.camera,
    keys: ['1'],
    isEnabled: always,
    isReplacing: true,
    run: ({ session, view }) => {
      const { hasCameraConsent, source, picture, run } = session.store.get()
      if (source?.kind === 'camera' && picture === 'there') {
        // It is on: what is left to do is to have it read.
        if (!isActive(run)) void session.actions.start()
      } else if (hasCameraConsent) void session.actions.openCamera()
      else view.update({ question: 'consent' })
    },
  },
  {
    id: 'file',
    group: 'source',
    title: () => actionWords.file,
    keys: ['2'],
    isEnabled: always,
    isReplacing: true,
    run: ({ pickFile }) => pickFile(),
  },
  {
    id: 'screen',
    group: 'source',
    title: () => actionWords.screen,
    keys: ['3'],
    isEnabled: always,
    isReplacing: true,
    run: ({ session }) => void session.actions.openScreen(),
  },
  {
    id: 'drawn',
    group: 'source',
    title: () => actionWords.drawn,
    keys: ['4'],
    isEnabled: always,
    isReplacing: true,
    run: ({ session }) => void session.actions.openDrawn(),
  },
  {
    id: 'sample',
    group: 'source',
    title: () => actionWords.sample,
    keys: ['5'],
    isEnabled: always,
    isReplacing: true,
    run: ({ session }) => void session.actions.openSample(),
  },
  {
    id: 'next-face',
    group: 'faces',
    title: ({ settings }) => (settings.faces.who === 'all' ? actionWords.showNextFace : actionWords.readNextFace),
    keys: ['f'],
    isEnabled: ({ faces, shownTrack }) => nextFace(faces, shownTrack) !== undefined,
    run: ({ session }) => {
      const { faces, shownTrack } = session.store.get()
      const next = nextFace(faces, shownTrack)
      if (next) session.actions.chooseFace(next)
    },
  },
  {
    id: 'neutral',
    group: 'faces',
    title: () => actionWords.neutral,
    keys: ['r'],
    isEnabled: ({ faces, shownTrack }) => measuredFace(faces, shownTrack)?.isHere === true,
    run: ({ session }) => {
      const { faces, shownTrack } = session.store.get()
      const face = measuredFace(faces, shownTrack)
      if (face) session.actions.takeNeutral(face.track)
    },
  },
  {
    id: 'outlines',
    group: 'faces',
    title: ({ settings }) => (settings.faces.areOutlinesShown ? actionWords.hideOutlines : actionWords.showOutlines),
    keys: ['o'],
    isEnabled: ({ faces }) => faces.status.state !== 'off',
    run: ({ session }) => {
      const { faces } = session.store.get().settings
      session.actions.changeSettings({ faces: { ...faces, areOutlinesShown: !faces.areOutlinesShown } })
    },
  },
  {
    id: 'twin',
    group: 'faces',
    title: ({ settings }) => (settings.faces.isTwinShown ? actionWords.hideTwin : actionWords.showTwin),
    keys: [],
    isEnabled: (state) => viewOf(state) === 'twin',
    run: ({ session }) => {
      const { faces } = session.store.get().settings
      session.actions.changeSettings({ faces: { ...faces, isTwinShown: !faces.isTwinShown } })
    },
  },
  {
    id: 'live',
    group: 'recording',
    title: () => actionWords.newest,
    keys: ['l'],
    isEnabled: ({ recording }) => recording.length > 0,
    run: (page) => showReading(page, undefined),
  },
  {
    id: 'download',
    group: 'recording',
    title: () => actionWords.download(exporters[0].title),
    keys: [],
    isEnabled: ({ recording }) => recording.length > 0,
    run: ({ session }) => void session.actions.downloadRecording(),
  },
  {
    id: 'erase',
    group: 'recording',
    title: () => actionWords.erase,
    keys: ['e'],
    isEnabled: ({ recording, frames, source }) => recording.length > 0 || frames.length > 0 || source !== undefined,
    run: ({ view }) => view.update({ question: 'erase' }),
  },
  panel('model', 'm'),
  panel('build', 'b'),
  panel('device', 'd'),
  panel('performance', 'p'),
  {
    id: 'hud',
    group: 'panels',
    title: ({ settings }) => (settings.isHudShown ? actionWords.hideFigures : actionWords.showFigures),
    keys: ['h'],
    isEnabled: always,
    run: ({ session }) => {
      session.actions.changeSettings({ isHudShown: !session.store.get().settings.isHudShown })
    },
  },
  panel('settings', 's'),
  panel('storage'),
  panel('privacy'),
  panel('help', '?'),
]

/** The action with this id. Throws for an unknown id, which is a mistake in the page's own code. */
export function actionOf(id: string): PageAction {
  const action = pageActions.find((each) => each.id === id)
  if (!action) throw new Error(`no action ${id}`)
  return action
}

/** Runs an action if it is enabled now, or asks first; returns whether it was. */
export function runAction(page: Page, action: PageAction): boolean {
  const state = page.session.store.get()
  if (!action.isEnabled(state)) return false
  if (action.isReplacing && action.id !== state.source?.kind && isCaptureRead(state)) {
    page.view.update({ question: 'replace', waitingAction: action.id })
  } else action.run(page)
  return true
}

/** Runs the action that has waited for an answer, or forgets it. */
export function answerReplace(page: Page, isAgreed: boolean): void {
  const { waitingAction } = page.view.get()
  page.view.update({ question: undefined, waitingAction: undefined })
  if (isAgreed && waitingAction !== undefined) actionOf(waitingAction).run(page)
}

/** Whether a camera or a screen is being read: ending it loses what nobody can bring back. */
export function isCaptureRead({ source, run }: Pick<SessionState, 'source' | 'run'>): boolean {
  return (source?.kind === 'camera' || source?.kind === 'screen') && isActive(run)
}

/** What decides which action a key press runs. */
export interface KeyPress {
  readonly key: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly repeat: boolean
  readonly isComposing: boolean
  /** Where the focus is. */
  readonly place: 'page' | 'control' | 'typing' | 'dialog'
}

/**
 * An action's keys that are in use. Keys of one character can be switched off, because speech input types characters
 * that were not meant as keys (WCAG 2.2, 2.1.4).
 */
export function keysOf({ keys }: PageAction, areKeysOn: boolean): readonly string[] {
  return areKeysOn ? keys : keys.filter((key) => key.length > 1)
}

/**
 * The action of a key press. None while something is typed or a dialog is open, none with a modifier, and the space
 * bar belongs to the control that has the focus.
 */
export function actionForKey(press: KeyPress, areKeysOn: boolean): PageAction | undefined {
  const { key, place } = press
  if (press.ctrlKey || press.metaKey || press.altKey || press.repeat || press.isComposing) return undefined
  if (place === 'dialog' || place === 'typing') return undefined
  if (place === 'control' && key === ' ') return undefined
  const wanted = key.length === 1 ? key.toLowerCase() : key
  return pageActions.find((action) => keysOf(action, areKeysOn).includes(wanted))
}

const typing =
  'input:not([type=checkbox], [type=radio], [type=file], [type=range]), textarea, select, [contenteditable=true]'
const control =
  'a[href], button, summary, video, input, [role=row], [role=button], [role=menuitem], [role=option], [tabindex="0"]'

/** What kind of place an element is for keys. */
export function placeOf(element: Element | null): KeyPress['place'] {
  if (!element) return 'page'
  if (element.closest('[role=dialog], [role=alertdialog], [role=menu], [role=listbox]')) return 'dialog'
  if (element.closest(typing)) return 'typing'
  return element.closest(control) ? 'control' : 'page'
}

/** `Space`, `M` */
export function keyName(key: string): string {
  return key === ' ' ? actionWords.keys.space : key.toUpperCase()
}

/** For `aria-keyshortcuts`. */
export function shortcutOf(action: PageAction, areKeysOn: boolean): string | undefined {
  const keys = keysOf(action, areKeysOn)
  return keys.length === 0 ? undefined : keys.map((key) => (key === ' ' ? 'Space' : key)).join(' ')
}
