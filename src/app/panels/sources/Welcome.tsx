import { useEffect, useRef } from 'react'
import { drawSmile } from '../../../demo-face/drawn-face.ts'
import { actionOf, runAction, shortcutOf } from '../../actions.ts'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Welcome.module.css'

const size = 224

/** Shown while there is no source: the large choices and the small ones. */
export function Welcome() {
  return (
    <div className={styles.welcome}>
      <Face />
      <h2 className={styles.invitation}>Watch a face and its reading together</h2>
      <ul className={styles.choices}>
        <Choice id="camera" icon="camera" title="Use my camera" note="Live, and only on this device" />
        <Choice id="file" icon="video" title="Open a video" note="Or drop one anywhere" />
        <Choice id="drawn" icon="face" title="Try the drawn face" note="No camera: you move its brow" />
        <Choice id="model" icon="model" title="Get VidEmo-3B" note="The full model, for real readings" />
      </ul>
      <p className={styles.quiet}>
        <QuietChoice id="sample" icon="sample">
          Try the sample clip
        </QuietChoice>
        <QuietChoice id="screen" icon="screen">
          Share a screen or tab
        </QuietChoice>
      </p>
    </div>
  )
}

/** The large choices in one row, for while the page shows the drawn face without being asked. */
export function Choices() {
  return (
    <ul className={styles.row} aria-label="What to watch, and with what">
      <Choice id="camera" icon="camera" title="Use my camera" />
      <Choice id="file" icon="video" title="Open a video" />
      <Choice id="model" icon="model" title="Get VidEmo-3B" />
    </ul>
  )
}

/** A large button with an icon, a title and a few words. */
function Choice(props: {
  readonly id: string
  readonly icon: IconName
  readonly title: string
  readonly note?: string
}) {
  const page = usePage()
  const { id, icon, title, note } = props
  const action = actionOf(id)
  const areKeysOn = useStore(page.session.store, (state) => state.settings.areKeysOn)
  return (
    <li>
      <button
        type="button"
        className={styles.choice}
        aria-keyshortcuts={shortcutOf(action, areKeysOn)}
        onClick={() => runAction(page, action)}
      >
        <span className={styles.sign}>
          <Icon name={icon} />
        </span>
        <span className={styles.title}>{title}</span>
        {note && <span className={styles.note}>{note}</span>}
      </button>
    </li>
  )
}

function QuietChoice(props: { readonly id: string; readonly icon: IconName; readonly children: string }) {
  const page = usePage()
  const { id, icon, children } = props
  return (
    <button type="button" className={styles.link} onClick={() => runAction(page, actionOf(id))}>
      <Icon name={icon} />
      {children}
    </button>
  )
}

/** The drawn face, at twice the size in CSS pixels, for displays of two device pixels each. */
function Face() {
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => {
    // Drawn by the processor: the GPU is the model's.
    const context = canvas.current?.getContext('2d', { willReadFrequently: true })
    if (context) drawSmile(context, size)
  }, [])
  return (
    <div aria-hidden="true">
      <canvas ref={canvas} className={styles.face} width={size} height={size} />
    </div>
  )
}
