import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  actionForKey,
  actionOf,
  answerReplace,
  type KeyPress,
  keyName,
  pageActions,
  runAction,
  shortcutOf,
} from './actions.ts'
import { BuildSession } from './build-session.ts'
import { noFaces } from './session/faces-state.ts'
import type { RunState, SessionState, Source } from './session/session-state.ts'
import { fakeBuilder } from './testing/fake-builder.ts'
import { followed } from './testing/fake-faces.ts'
import { fakeSession } from './testing/fake-session.ts'
import { createView, type Page } from './view.ts'

const file: Source = { kind: 'file', name: 'a.mp4', url: 'blob:a', file: new Blob(), isSample: false }
const camera: Source = { kind: 'camera', name: 'a', stream: {} as MediaStream, deviceId: 'a', isMirrored: true }

const drawn: Source = {
  kind: 'drawn',
  name: 'Drawn face',
  stream: {} as MediaStream,
  canvas: {} as HTMLCanvasElement,
  isUnasked: false,
}

function page(state: Partial<SessionState> = {}) {
  const session = fakeSession(state)
  let picks = 0
  const made: Page = {
    session,
    view: createView(),
    buildSession: new BuildSession(fakeBuilder()),
    pickFile: () => picks++,
  }
  return { page: made, view: made.view, called: () => session.calls.map(({ name }) => name), picks: () => picks }
}

function press(key: string, change: Partial<KeyPress> = {}): KeyPress {
  const still = { ctrlKey: false, metaKey: false, altKey: false, repeat: false, isComposing: false }
  return { key, ...still, place: 'page', ...change }
}

describe('keys', () => {
  it.each([
    [' ', 'start-pause'],
    ['x', 'stop'],
    ['1', 'camera'],
    ['2', 'file'],
    ['3', 'screen'],
    ['4', 'drawn'],
    ['5', 'sample'],
    ['m', 'model'],
    ['M', 'model'],
    ['h', 'hud'],
    ['s', 'settings'],
    ['e', 'erase'],
    ['?', 'help'],
    ['f', 'next-face'],
    ['r', 'neutral'],
    ['o', 'outlines'],
  ])('%s means %s', (key, id) => {
    expect(actionForKey(press(key), true)?.id).toBe(id)
  })

  it('are each one action’s only', () => {
    const keys = pageActions.flatMap((action) => action.keys)
    expect(new Set(keys).size).toBe(keys.length)
    const ids = pageActions.map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
  })

  it('do nothing with modifiers, while composing, when held down, or in a dialog', () => {
    const key = fc.constantFrom(...pageActions.flatMap((action) => action.keys))
    const flag = fc.constantFrom('ctrlKey', 'metaKey', 'altKey', 'repeat', 'isComposing')
    fc.assert(
      fc.property(key, flag, (each, name) => {
        expect(actionForKey(press(each, { [name]: true }), true)).toBeUndefined()
        expect(actionForKey(press(each, { place: 'dialog' }), true)).toBeUndefined()
      }),
    )
  })

  it('leave typing alone', () => {
    for (const key of [' ', '1', 'm', 'x', '?'])
      expect(actionForKey(press(key, { place: 'typing' }), true)).toBeUndefined()
  })

  it('do not count Escape among them: it closes what lies on top, and ends nothing', () => {
    expect(actionForKey(press('Escape'), true)).toBeUndefined()
  })

  it('leave the space bar to the control that has the focus', () => {
    expect(actionForKey(press(' ', { place: 'control' }), true)).toBeUndefined()
    expect(actionForKey(press('m', { place: 'control' }), true)?.id).toBe('model')
  })

  it('of one character can be switched off', () => {
    for (const key of pageActions.flatMap(({ keys }) => keys)) {
      expect(actionForKey(press(key), false), key).toBeUndefined()
    }
    expect(shortcutOf(actionOf('start-pause'), false)).toBeUndefined()
    expect(shortcutOf(actionOf('stop'), false)).toBeUndefined()
  })

  it('are named for people and for assistive technology', () => {
    expect([' ', 'm'].map(keyName)).toEqual(['Space', 'M'])
    expect(shortcutOf(actionOf('start-pause'), true)).toBe('Space')
    expect(shortcutOf(actionOf('privacy'), true)).toBeUndefined()
  })
})

describe('start and pause', () => {
  const cases: readonly [RunState, string, string[]][] = [
    [{ state: 'idle' }, 'Start reading', ['start']],
    [{ state: 'queued' }, 'Pause', []],
    [{ state: 'warming' }, 'Pause', ['pause']],
    [{ state: 'running' }, 'Pause', ['pause']],
    [{ state: 'lagging', lagS: 1 }, 'Pause', ['pause']],
    [{ state: 'paused' }, 'Resume', ['start']],
    [{ state: 'stopping' }, 'Pause', []],
    [{ state: 'recovering', attempt: 1, of: 2 }, 'Pause', []],
    [{ state: 'over', reason: 'ended' }, 'Read again', ['start']],
  ]
  it.each(cases)('%o', (run, title, calls) => {
    const { page: it_, called } = page({ run, source: file })
    const action = actionOf('start-pause')
    expect(action.title(it_.session.store.get())).toBe(title)
    runAction(it_, action)
    expect(called()).toEqual(calls)
  })

  it('need a source', () => {
    expect(runAction(page().page, actionOf('start-pause'))).toBe(false)
  })
})

describe('stop', () => {
  it('ends a reading, and a capture that is not read', () => {
    for (const state of [
      { run: { state: 'running' }, source: file },
      { run: { state: 'idle' }, source: camera },
      { run: { state: 'idle' }, source: drawn },
    ] as const) {
      const { page: it_, called } = page(state)
      runAction(it_, actionOf('stop'))
      expect(called()).toEqual(['stop'])
    }
  })

  it('has nothing to do otherwise', () => {
    for (const run of [{ state: 'idle' }, { state: 'stopping' }] as const) {
      expect(runAction(page({ run, source: file }).page, actionOf('stop'))).toBe(false)
    }
  })
})

describe('sources', () => {
  it('open the drawn face without any question', () => {
    const { page: it_, view, called } = page()
    runAction(it_, actionOf('drawn'))
    expect(called()).toEqual(['openDrawn'])
    expect(view.get().question).toBeUndefined()
  })

  it('ask for consent before the first camera', () => {
    const { page: it_, view, called } = page()
    runAction(it_, actionOf('camera'))
    expect(called()).toEqual([])
    expect(view.get().question).toBe('consent')
  })

  it('open the camera once there is consent', () => {
    const { page: it_, view, called } = page({ hasCameraConsent: true })
    runAction(it_, actionOf('camera'))
    expect(called()).toEqual(['openCamera'])
    expect(view.get().question).toBeUndefined()
  })

  it('open the browser’s picker for a file', () => {
    const { page: it_, picks } = page()
    runAction(it_, actionOf('file'))
    expect(picks()).toBe(1)
  })
})

describe('a camera that is read', () => {
  const read = { source: camera, run: { state: 'running' }, hasCameraConsent: true } as const

  it('is not ended by a key or a press without a question', () => {
    for (const id of ['file', 'screen', 'drawn', 'sample']) {
      const { page: it_, view, called, picks } = page(read)
      expect(runAction(it_, actionOf(id))).toBe(true)
      expect([called(), picks(), view.get().question, view.get().waitingAction]).toEqual([[], 0, 'replace', id])
    }
  })

  it('gives way when the person agrees, and stays otherwise', () => {
    const { page: it_, view, called } = page(read)
    runAction(it_, actionOf('drawn'))
    answerReplace(it_, false)
    expect([called(), view.get().question, view.get().waitingAction]).toEqual([[], undefined, undefined])
    runAction(it_, actionOf('drawn'))
    answerReplace(it_, true)
    expect([called(), view.get().question]).toEqual([['openDrawn'], undefined])
  })

  it('is not opened again by its own key, unless it gives no picture', () => {
    const running = page(read)
    runAction(running.page, actionOf('camera'))
    expect(running.called()).toEqual([])
    const over = page({ ...read, run: { state: 'over', reason: 'stopped' } })
    runAction(over.page, actionOf('camera'))
    expect(over.called()).toEqual(['start'])
    const silent = page({ ...read, picture: 'silent' })
    runAction(silent.page, actionOf('camera'))
    expect(silent.called()).toEqual(['openCamera'])
  })
})

it('where nothing is lost, another source is opened without a question', () => {
  const states: readonly Partial<SessionState>[] = [
    { source: { ...drawn, isUnasked: true }, run: { state: 'running' } },
    { source: file, run: { state: 'over', reason: 'ended' } },
    { source: camera, run: { state: 'over', reason: 'stopped' } },
  ]
  for (const state of states) {
    const { page: it_, view, called } = page(state)
    runAction(it_, actionOf('sample'))
    expect([called(), view.get().question]).toEqual([['openSample'], undefined])
  }
})

it('what was stopped starts again, while its reading is still ending, too', () => {
  for (const state of ['stopping', 'over'] as const) {
    const { page: it_, called } = page({
      source: { kind: 'stopped', was: 'camera', name: 'a', picture: undefined, isMirrored: true },
      run: state === 'over' ? { state, reason: 'stopped' } : { state },
    })
    expect(actionOf('start-pause').title(it_.session.store.get())).toBe('Start again')
    runAction(it_, actionOf('start-pause'))
    expect(called()).toEqual(['start'])
  }
})

it('erasing asks first', () => {
  const { page: it_, view, called } = page({ source: file })
  runAction(it_, actionOf('erase'))
  expect(called()).toEqual([])
  expect(view.get().question).toBe('erase')
})

it('the figures on the video go on and off', () => {
  const { page: it_ } = page()
  runAction(it_, actionOf('hud'))
  expect(it_.session.store.get().settings.isHudShown).toBe(true)
  runAction(it_, actionOf('hud'))
  expect(it_.session.store.get().settings.isHudShown).toBe(false)
})

describe('faces', () => {
  const faces = {
    ...noFaces,
    status: { state: 'following' },
    tracks: [followed('face-1'), followed('face-2')],
  } as const
  const run = (id: string, state: Partial<SessionState>) => {
    const session = fakeSession(state)
    const made = {
      session,
      view: createView(),
      buildSession: new BuildSession(fakeBuilder()),
      pickFile: () => undefined,
    }
    return { isRun: runAction(made, actionOf(id)), calls: session.calls, state: () => session.store.get() }
  }

  it('are chosen one after the other, from the one that is read', () => {
    expect(run('next-face', { faces, shownTrack: 'face-1' }).calls).toEqual([{ name: 'chooseFace', args: ['face-2'] }])
    expect(run('next-face', { faces: { ...faces, chosen: 'face-2' } }).calls).toEqual([
      { name: 'chooseFace', args: ['face-1'] },
    ])
    expect(run('next-face', { faces: { ...faces, tracks: [followed('face-1')] } }).isRun).toBe(false)
  })

  it('have a neutral face while they are in the picture', () => {
    expect(run('neutral', { faces: { ...faces, chosen: 'face-2' } }).calls).toEqual([
      { name: 'takeNeutral', args: ['face-2'] },
    ])
    const gone = { ...faces, tracks: [followed('face-1', { isHere: false })], chosen: 'face-1' } as const
    expect(run('neutral', { faces: gone }).isRun).toBe(false)
  })

  it('have outlines that can be hidden', () => {
    const { state } = run('outlines', { faces })
    expect(state().settings.faces).toEqual({ ...fakeSession().store.get().settings.faces, areOutlinesShown: false })
    expect(run('outlines', {}).isRun).toBe(false)
  })
})
