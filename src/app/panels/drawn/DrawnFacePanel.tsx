import { type ReactNode, Suspense, useId } from 'react'
import { type ExpressionId, expressionIds, expressionOf, expressions } from '../../../demo-face/live-face.ts'
import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Chips } from '../../controls/Chips.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { NarrowSheet } from '../../controls/NarrowSheet.tsx'
import { lazyComponent } from '../../lazy-component.tsx'
import { useStore } from '../../store.ts'
import { narrow, useMedia } from '../../use-media.ts'
import { useThrottled } from '../../use-throttled.ts'
import { usePage } from '../../view.ts'
import styles from './DrawnFacePanel.module.css'
import { words } from './words.ts'

/** The text changes at most this often, so that it does not flicker. */
const showEveryMs = 250

const AdjustFace = lazyComponent(async () => (await import('./AdjustFace.tsx')).AdjustFace)

interface Props {
  /** The page opened it without being asked: a first visitor is offered the camera. */
  readonly isUnasked: boolean
  /** The picture. */
  readonly children: ReactNode
}

/** The drawn face, and beside it what is true of it and what moves it. */
export function DrawnFacePanel({ isUnasked, children }: Props) {
  const isNarrow = useMedia(narrow)
  return (
    <div className={styles.panel}>
      <div className={styles.picture}>{children}</div>
      <div className={styles.beside}>
        <Truth />
        <div className={styles.scroller} data-adjustable>
          <div className={styles.controls}>
            {isNarrow ? <ExpressionList /> : <Expressions />}
            {isUnasked && <UseCamera />}
          </div>
          <Adjust isNarrow={isNarrow} />
        </div>
      </div>
    </div>
  )
}

/** What is true of the drawing, to compare a reading with. */
function Truth() {
  const { store } = usePage().session
  const truth = useThrottled(store, (state) => state.drawn.truth, showEveryMs)
  return (
    <div className={styles.truth}>
      {truth && (
        <>
          <p className={styles.seen}>
            <span className={styles.drawn}>{words.drawn}</span> {words.seen(truth)}
          </p>
          <p className={styles.coded}>{words.coded(truth)}</p>
        </>
      )}
    </div>
  )
}

type Choice = ExpressionId | 'turns'

function useExpression(): readonly [Choice | undefined, (choice: Choice) => void] {
  const { store, actions } = usePage().session
  const units = useStore(store, (state) => state.drawn.units)
  const isInTurn = useStore(store, (state) => state.drawn.isInTurn)
  const choose = (id: Choice) =>
    actions.changeDrawn(id === 'turns' ? { isInTurn: true, isPlaying: true } : { units: expressions[id] })
  return [isInTurn ? 'turns' : expressionOf(units), choose]
}

const choices = [
  ...expressionIds.map((id) => ({ id, title: words.expressions[id] })),
  { id: 'turns', title: words.inTurn },
] as const

function Expressions() {
  const [value, choose] = useExpression()
  return <Chips<Choice> label={words.expression} value={value} options={choices} onChange={choose} />
}

/** The same in one control, for narrow screens. */
function ExpressionList() {
  const [value, choose] = useExpression()
  return (
    <select
      className={styles.list}
      aria-label={words.expression}
      value={value ?? ''}
      onChange={({ target }) => {
        const choice = choices.find(({ id }) => id === target.value)
        if (choice) choose(choice.id)
      }}
    >
      {value === undefined && <option value="">{words.asAdjusted}</option>}
      {choices.map(({ id, title }) => (
        <option key={id} value={id}>
          {title}
        </option>
      ))}
    </select>
  )
}

function UseCamera() {
  const page = usePage()
  const areKeysOn = useStore(page.session.store, (state) => state.settings.areKeysOn)
  const camera = actionOf('camera')
  return (
    <Button
      kind="primary"
      className={styles.camera}
      aria-keyshortcuts={shortcutOf(camera, areKeysOn)}
      onClick={() => runAction(page, camera)}
    >
      <Icon name="camera" />
      {words.useCamera}
    </Button>
  )
}

/** Units, motions and looks: below their button, and on narrow screens in a sheet that the page's bar opens. */
function Adjust({ isNarrow }: { readonly isNarrow: boolean }) {
  const { session, view } = usePage()
  const isOpen = useStore(view, ({ sheet }) => sheet === 'adjust')
  const isPlaying = useStore(session.store, (state) => state.drawn.isPlaying)
  const id = useId()
  const content = (
    <Suspense fallback={<div className={styles.loading} />}>
      <AdjustFace />
    </Suspense>
  )
  if (isNarrow) {
    return (
      <NarrowSheet id="adjust" title={words.adjust}>
        {content}
      </NarrowSheet>
    )
  }
  const title = isPlaying ? words.holdStill : words.move
  return (
    <>
      <div className={styles.buttons}>
        <Button
          className={styles.adjust}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => view.update({ sheet: isOpen ? undefined : 'adjust' })}
        >
          {words.adjust}
          <Icon name="down" />
        </Button>
        <Button
          isSquare
          aria-label={title}
          title={title}
          onClick={() => session.actions.changeDrawn({ isPlaying: !isPlaying })}
        >
          <Icon name={isPlaying ? 'pause' : 'play'} />
        </Button>
      </div>
      <div id={id}>{isOpen && content}</div>
    </>
  )
}
