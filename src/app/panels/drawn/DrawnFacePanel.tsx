import { type ReactNode, useState } from 'react'
import { type ActionUnit, actionUnits } from '../../../affect/labels.ts'
import { expressionTitles, motionTitles, truthText, unitTitles } from '../../../demo-face/drawn-text.ts'
import {
  backgrounds,
  beards,
  browShapes,
  faceShapes,
  glasses,
  hairColours,
  hairLengths,
  hairTextures,
  type Looks,
  skins,
} from '../../../demo-face/face.ts'
import { type ExpressionId, expressionOf, expressions, withUnit } from '../../../demo-face/live-face.ts'
import { personOf, persons, withLooks } from '../../../demo-face/persons.ts'
import { Random } from '../../../demo-face/random.ts'
import { sampleLooks } from '../../../demo-face/sample-clip.ts'
import { Button } from '../../controls/Button.tsx'
import { Chips } from '../../controls/Chips.tsx'
import { SelectField, SliderField, SwitchField } from '../../controls/Fields.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { useStore } from '../../store.ts'
import { useThrottled } from '../../use-throttled.ts'
import { usePage } from '../../view.ts'
import styles from './DrawnFacePanel.module.css'

/** The text changes at most this often, so that it does not flicker. */
const showEveryMs = 250
const share = { min: 0, max: 1, step: 0.05 } as const

interface Props {
  /** The page opened it without being asked: the choices of other sources stay visible. */
  readonly isUnasked: boolean
  /** The picture. */
  readonly children: ReactNode
}

/** The drawn face with all that moves it: expressions, action units, motions and looks. */
export function DrawnFacePanel({ children }: Props) {
  return (
    <div className={styles.panel}>
      <div className={styles.columns}>
        <div className={styles.picture}>
          {children}
          <Truth />
          <Playing />
        </div>
        <Expressions />
        <Units />
        <Motions />
        <Looking />
      </div>
    </div>
  )
}

/** What is true of the drawing, to compare a reading with. */
function Truth() {
  const { store } = usePage().session
  const truth = useThrottled(store, (state) => state.drawn.truth, showEveryMs)
  return <p className={styles.truth}>{truth && `Drawn: ${truthText(truth)}`}</p>
}

function Playing() {
  const { store, actions } = usePage().session
  const isPlaying = useStore(store, (state) => state.drawn.isPlaying)
  const video = useStore(store, (state) => state.drawn.video)
  return (
    <div className={styles.buttons}>
      <Button onClick={() => actions.changeDrawn({ isPlaying: !isPlaying })}>
        <Icon name={isPlaying ? 'pause' : 'play'} />
        {isPlaying ? 'Hold still' : 'Move'}
      </Button>
      {video !== 'impossible' && (
        <Button onClick={() => actions.recordDrawn(video !== 'recording')}>
          <Icon name={video === 'recording' ? 'stop' : 'record'} />
          {video === 'recording' ? 'Save the video' : 'Record a video'}
        </Button>
      )}
    </div>
  )
}

function Expressions() {
  const { store, actions } = usePage().session
  const units = useStore(store, (state) => state.drawn.units)
  const isInTurn = useStore(store, (state) => state.drawn.isInTurn)
  return (
    <section className={styles.expressions}>
      <h2 className={styles.title}>Expression</h2>
      <Chips<ExpressionId | 'turns'>
        label="Expression"
        value={isInTurn ? 'turns' : expressionOf(units)}
        options={[...expressionTitles, { id: 'turns', title: 'In turn' }]}
        onChange={(id) =>
          actions.changeDrawn(id === 'turns' ? { isInTurn: true, isPlaying: true } : { units: expressions[id] })
        }
      />
    </section>
  )
}

function Units() {
  const { store, actions } = usePage().session
  const units = useStore(store, (state) => state.drawn.units)
  return (
    <Fold title="Action units" isOpenAtFirst="wide" className={styles.units}>
      {actionUnits.map((unit) => (
        <SliderField
          key={unit}
          isCompact
          label={<UnitLabel unit={unit} />}
          value={units[unit] ?? 0}
          bound={share}
          show={(value) => value.toFixed(2)}
          onChange={(value) => actions.changeDrawn({ units: withUnit(units, unit, value) })}
        />
      ))}
    </Fold>
  )
}

function UnitLabel({ unit }: { readonly unit: ActionUnit }) {
  return (
    <span className={styles.unit}>
      <span className={styles.code}>{unit}</span> <span className={styles.words}>{unitTitles[unit]}</span>
    </span>
  )
}

function Motions() {
  const { store, actions } = usePage().session
  const motion = useStore(store, (state) => state.drawn.motion)
  return (
    <Fold title="Motion" isOpenAtFirst="wide" className={styles.motions}>
      <Chips
        label="Motion"
        value={motion}
        options={motionTitles}
        onChange={(id) => actions.changeDrawn({ motion: id, ...(id === 'none' ? {} : { isPlaying: true }) })}
      />
    </Fold>
  )
}

/** Fields of the looks that are chosen from a list, by their titles. */
const lists = [
  ['skin', 'Skin', skins],
  ['faceShape', 'Face shape', faceShapes],
  ['hairLength', 'Hair length', hairLengths],
  ['hairColour', 'Hair colour', hairColours],
  ['hairTexture', 'Hair', hairTextures],
  ['browShape', 'Brows', browShapes],
  ['beard', 'Beard', beards],
  ['glasses', 'Glasses', glasses],
] as const satisfies readonly (readonly [keyof Looks, string, readonly string[]])[]

const flags = [
  ['hasMustache', 'Mustache'],
  ['hasBangs', 'Bangs'],
  ['hasRecedingHairline', 'Receding hairline'],
  ['hasRosyCheeks', 'Rosy cheeks'],
  ['hasEyeBags', 'Bags under the eyes'],
  ['hasBigNose', 'Big nose'],
  ['hasBigLips', 'Big lips'],
  ['hasLipstick', 'Lipstick'],
  ['hasHat', 'Hat'],
  ['hasEarrings', 'Earrings'],
  ['hasNecklace', 'Necklace'],
  ['hasNecktie', 'Necktie'],
] as const satisfies readonly (readonly [keyof Looks, string])[]

const tones = [
  ['irisTone', 'Colour of the eyes'],
  ['clothesTone', 'Colour of the clothes'],
  ['hatTone', 'Colour of the hat'],
] as const satisfies readonly (readonly [keyof Looks, string])[]

/** Looks of the person and of the place. */
function Looking() {
  const { store, actions } = usePage().session
  const looks = useStore(store, (state) => state.drawn.looks)
  const scene = useStore(store, (state) => state.drawn.scene)
  const change = (wish: Partial<Looks>) => actions.changeDrawn({ looks: withLooks(looks, wish) })
  return (
    <Fold title="Looks and place" isOpenAtFirst="never" className={styles.looks}>
      <div className={styles.people}>
        <Chips
          label="Person"
          value={personOf(looks)?.id}
          options={persons.map(({ id, name }) => ({ id, title: name }))}
          onChange={(chosen) => {
            const person = persons.find(({ id }) => id === chosen)
            if (person) actions.changeDrawn({ looks: person.looks })
          }}
        />
        <Button
          className={styles.else}
          onClick={() => actions.changeDrawn({ looks: sampleLooks(new Random(Math.floor(Math.random() * 2 ** 31))) })}
        >
          <Icon name="again" />
          Somebody else
        </Button>
      </div>
      <Chips
        label="Background"
        value={scene.background}
        options={backgrounds.map((id) => ({ id, title: sentence(id) }))}
        onChange={(background) => actions.changeDrawn({ scene: { ...scene, background } })}
      />
      <div className={styles.fields}>
        <SelectField
          label="Sex"
          value={looks.isMale ? 'man' : 'woman'}
          options={optionsOf(['woman', 'man'])}
          onChange={(id) => change({ isMale: id === 'man' })}
        />
        <SelectField
          label="Age"
          value={looks.isYoung ? 'young' : 'middle-aged'}
          options={optionsOf(['young', 'middle-aged'])}
          onChange={(id) => change({ isYoung: id === 'young' })}
        />
        {lists.map(([field, label, values]) => (
          <SelectField
            key={field}
            label={label}
            value={looks[field]}
            options={optionsOf(values)}
            onChange={(id) => change({ [field]: id })}
          />
        ))}
      </div>
      <div className={styles.fields}>
        {flags.map(([field, label]) => (
          <SwitchField key={field} label={label} isOn={looks[field]} onChange={(isOn) => change({ [field]: isOn })} />
        ))}
      </div>
      <div className={styles.fields}>
        {tones.map(([field, label]) => (
          <SliderField
            key={field}
            label={label}
            value={looks[field]}
            bound={share}
            show={(value) => value.toFixed(2)}
            onChange={(value) => change({ [field]: value })}
          />
        ))}
      </div>
    </Fold>
  )
}

function optionsOf(values: readonly string[]): readonly { readonly id: string; readonly title: string }[] {
  return values.map((id) => ({ id, title: sentence(id) }))
}

interface FoldProps {
  readonly title: string
  /** `wide`: open on wide screens only; on narrow ones the reading needs the room. */
  readonly isOpenAtFirst: 'wide' | 'never'
  readonly className?: string | undefined
  readonly children: ReactNode
}

/** A group that can be folded. */
function Fold({ title, isOpenAtFirst, className, children }: FoldProps) {
  // Decided once: resizing the window later opens and closes nothing.
  const [isOpen] = useState(() => isOpenAtFirst === 'wide' && matchMedia('(min-width: 561px)').matches)
  // The content is rendered when it is first opened.
  const [isSeen, setSeen] = useState(isOpen)
  return (
    <details
      className={className ? `${styles.fold} ${className}` : styles.fold}
      open={isOpen}
      onToggle={() => setSeen(true)}
    >
      <summary className={styles.summary}>
        <h2 className={styles.title}>{title}</h2>
        <Icon name="down" />
      </summary>
      <div className={styles.content}>{isSeen && children}</div>
    </details>
  )
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
