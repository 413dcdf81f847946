import { type ReactNode, useEffect, useRef, useState } from 'react'
import { actionUnits } from '../../../affect/labels.ts'
import { backgrounds, type Looks } from '../../../demo-face/face.ts'
import { withUnit } from '../../../demo-face/live-face.ts'
import { personOf, persons, withLooks } from '../../../demo-face/persons.ts'
import { Random } from '../../../demo-face/random.ts'
import { sampleLooks } from '../../../demo-face/sample-clip.ts'
import { Button } from '../../controls/Button.tsx'
import { Chips } from '../../controls/Chips.tsx'
import { SelectField, SliderField, SwitchField } from '../../controls/Fields.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { useStore } from '../../store.ts'
import { unitText } from '../../unit-text.ts'
import { narrow, useMedia } from '../../use-media.ts'
import { usePage } from '../../view.ts'
import styles from './AdjustFace.module.css'
import { words } from './words.ts'

const share = { min: 0, max: 1, step: 0.05 } as const

/** All that a drawn face can be set to beyond its expressions: action units, motions, looks and place; and its video. */
export function AdjustFace() {
  const isNarrow = useMedia(narrow)
  const panel = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // The column beside the face scrolls to what was asked for; the button that closes it stays in sight.
    const column = panel.current?.closest('[data-adjustable]')
    if (column && panel.current) column.scrollTop = panel.current.offsetTop - 56
  }, [])
  return (
    <div ref={panel} className={styles.panel}>
      {isNarrow && <Playing />}
      <Units />
      <Motions />
      <Looking />
      <Video />
    </div>
  )
}

function Playing() {
  const { store, actions } = usePage().session
  const isPlaying = useStore(store, (state) => state.drawn.isPlaying)
  return (
    <Button onClick={() => actions.changeDrawn({ isPlaying: !isPlaying })}>
      <Icon name={isPlaying ? 'pause' : 'play'} />
      {isPlaying ? words.holdStill : words.move}
    </Button>
  )
}

function Units() {
  const { store, actions } = usePage().session
  const units = useStore(store, (state) => state.drawn.units)
  return (
    <Fold title={words.units} isOpenAtFirst>
      <div className={styles.sliders}>
        {actionUnits.map((unit) => (
          <SliderField
            key={unit}
            label={<span className={styles.unit}>{unitText(unit)}</span>}
            value={units[unit] ?? 0}
            bound={share}
            show={percent}
            onChange={(value) => actions.changeDrawn({ units: withUnit(units, unit, value) })}
          />
        ))}
      </div>
    </Fold>
  )
}

function Motions() {
  const { store, actions } = usePage().session
  const motion = useStore(store, (state) => state.drawn.motion)
  return (
    <Fold title={words.motion} isOpenAtFirst>
      <Chips
        label={words.motion}
        value={motion}
        options={optionsOf(words.motions)}
        onChange={(id) => actions.changeDrawn({ motion: id, ...(id === 'none' ? {} : { isPlaying: true }) })}
      />
    </Fold>
  )
}

/** Looks of the person and of the place. */
function Looking() {
  const { store, actions } = usePage().session
  const looks = useStore(store, (state) => state.drawn.looks)
  const scene = useStore(store, (state) => state.drawn.scene)
  const change = (wish: Partial<Looks>) => actions.changeDrawn({ looks: withLooks(looks, wish) })
  return (
    <Fold title={words.looksAndPlace}>
      <Chips
        label={words.person}
        value={personOf(looks)?.id}
        options={persons.map(({ id, name }) => ({ id, title: name }))}
        onChange={(chosen) => {
          const person = persons.find(({ id }) => id === chosen)
          if (person) actions.changeDrawn({ looks: person.looks })
        }}
      />
      <Button
        onClick={() => actions.changeDrawn({ looks: sampleLooks(new Random(Math.floor(Math.random() * 2 ** 31))) })}
      >
        <Icon name="again" />
        {words.randomPerson}
      </Button>
      <Chips
        label={words.background}
        value={scene.background}
        options={backgrounds.map((id) => ({ id, title: words.backgrounds[id] }))}
        onChange={(background) => actions.changeDrawn({ scene: { ...scene, background } })}
      />
      <div className={styles.fields}>
        <SelectField
          label={words.drawnAs.label}
          value={looks.isMale ? 'man' : 'woman'}
          options={[
            { id: 'woman', title: words.drawnAs.woman },
            { id: 'man', title: words.drawnAs.man },
          ]}
          onChange={(id) => change({ isMale: id === 'man' })}
        />
        <SelectField
          label={words.age.label}
          value={looks.isYoung ? 'young' : 'middle'}
          options={[
            { id: 'young', title: words.age.young },
            { id: 'middle', title: words.age.middle },
          ]}
          onChange={(id) => change({ isYoung: id === 'young' })}
        />
        {keysOf(words.looks).map((field) => (
          <SelectField
            key={field}
            label={words.looks[field].label}
            value={looks[field]}
            options={Object.entries(words.looks[field].values).map(([id, title]) => ({ id, title }))}
            onChange={(id) => change({ [field]: id })}
          />
        ))}
      </div>
      <div className={styles.fields}>
        {keysOf(words.flags).map((field) => (
          <SwitchField
            key={field}
            label={words.flags[field]}
            isOn={looks[field]}
            onChange={(isOn) => change({ [field]: isOn })}
          />
        ))}
      </div>
      <div className={styles.fields}>
        {keysOf(words.tones).map((field) => (
          <SliderField
            key={field}
            label={words.tones[field]}
            value={looks[field]}
            bound={share}
            show={percent}
            onChange={(value) => change({ [field]: value })}
          />
        ))}
      </div>
    </Fold>
  )
}

/** Records the picture as a file, where this browser can. */
function Video() {
  const { store, actions } = usePage().session
  const video = useStore(store, (state) => state.drawn.video)
  if (video === 'impossible') return null
  const isRecording = video === 'recording'
  return (
    <Button className={styles.record} onClick={() => actions.recordDrawn(!isRecording)}>
      <Icon name={isRecording ? 'stop' : 'record'} />
      {isRecording ? words.save : words.record}
    </Button>
  )
}

function percent(value: number): string {
  return `${Math.round(100 * value)} %`
}

function keysOf<Key extends string>(titles: Readonly<Record<Key, unknown>>): readonly Key[] {
  return Object.keys(titles) as Key[]
}

function optionsOf<Id extends string>(
  titles: Readonly<Record<Id, string>>,
): readonly { readonly id: Id; readonly title: string }[] {
  return keysOf(titles).map((id) => ({ id, title: titles[id] }))
}

interface FoldProps {
  readonly title: string
  readonly isOpenAtFirst?: boolean
  readonly children: ReactNode
}

/** A group that can be folded. */
function Fold({ title, isOpenAtFirst = false, children }: FoldProps) {
  // The content is rendered when it is first opened.
  const [isSeen, setSeen] = useState(isOpenAtFirst)
  return (
    <details className={styles.fold} open={isOpenAtFirst} onToggle={() => setSeen(true)}>
      <summary className={styles.summary}>
        <h2 className={styles.title}>{title}</h2>
        <Icon name="down" />
      </summary>
      <div className={styles.content}>{isSeen && children}</div>
    </details>
  )
}
