import { useId } from 'react'
import { smoothingS } from '../../../affect/probes/smoothing.ts'
import type { Stage } from '../../../affect/stages.ts'
import type { FrameSettings } from '../../../reading/frames.ts'
import { framesFor, hopOf, trainedFrames } from '../../../reading/frames.ts'
import { Button } from '../../controls/Button.tsx'
import { Group } from '../../controls/Facts.tsx'
import { SelectField, SliderField, SwitchField } from '../../controls/Fields.tsx'
import { formatWhole } from '../../format.ts'
import { presetOf, presets } from '../../presets.ts'
import type { Settings } from '../../session/session-state.ts'
import { bounds, frameBudgets } from '../../session/settings.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { FaceSettings } from './FaceSettings.tsx'
import styles from './Panels.module.css'
import { words } from './words.ts'

const { settings: say } = words

/** How readings are made; remembered on this device. */
export function SettingsPanel() {
  const { store, actions } = usePage().session
  const settings = useStore(store, (state) => state.settings)
  const bundle = useStore(store, (state) => state.bundle)
  const { reading } = settings
  const { sampling } = reading
  const trained = trainedFrames(bundle?.manifest)
  const used = framesFor(reading, bundle?.manifest)
  const change = (part: Partial<Settings['reading']>) => actions.changeSettings({ reading: { ...reading, ...part } })
  /** Settings that nobody has changed follow the model's training. */
  const changeFrames = (name: 'framesPerSecond' | 'windowFrames', value: number) =>
    change({ [name]: value === trained[name] ? undefined : value })
  const show = (name: 'framesPerSecond' | 'windowFrames', text: string) =>
    used[name] === trained[name] ? say.frames.asTrained(text) : text
  const budgets = [
    { id: 'trained', title: say.frames.resolutions.trained(formatWhole(trained.maxPixels)) },
    ...frameBudgets
      .filter(({ maxPixels }) => maxPixels < trained.maxPixels)
      .map(({ id }) => ({ id, title: say.frames.resolutions[id] })),
  ]
  const changeSampling = (part: Partial<typeof sampling>) => change({ sampling: { ...sampling, ...part } })
  const budget = frameBudgets.find(({ maxPixels }) => maxPixels === used.frameBudget?.maxPixels)
  return (
    <>
      <p className={styles.note}>{say.note}</p>
      <Display settings={settings} />
      <FaceSettings />
      <Questions settings={settings} />
      <Group title={say.frames.title}>
        <SliderField
          label={say.frames.perSecond}
          value={used.framesPerSecond}
          bound={bounds.framesPerSecond}
          show={(frames) => show('framesPerSecond', String(frames))}
          onChange={(frames) => changeFrames('framesPerSecond', frames)}
        />
        <SliderField
          label={say.frames.perWindow}
          value={used.windowFrames}
          bound={bounds.windowFrames}
          show={(frames) => show('windowFrames', say.frames.spanning(frames, seconds(frames, used)))}
          onChange={(frames) => changeFrames('windowFrames', frames)}
        />
        <SliderField
          label={say.frames.hop}
          value={used.hopFrames}
          bound={{ ...bounds.hopFrames, max: used.windowFrames }}
          show={(frames) => say.frames.spanning(frames, seconds(frames, used))}
          onChange={(hopFrames) =>
            change({ hopFrames: hopFrames === hopOf(used.windowFrames) ? undefined : hopFrames })
          }
        />
        <SelectField
          label={say.frames.resolution}
          value={budget?.id ?? 'trained'}
          options={budgets}
          onChange={(id) => {
            const chosen = frameBudgets.find((each) => each.id === id)
            change({ frameBudget: chosen && { minPixels: chosen.minPixels, maxPixels: chosen.maxPixels } })
          }}
        />
      </Group>
      <Probabilities settings={settings} />
      <Group title={say.answers.title}>
        <SliderField
          label={say.answers.longest}
          value={reading.maxTokens}
          bound={bounds.maxTokens}
          show={(tokens) => say.answers.tokens(formatWhole(tokens))}
          onChange={(maxTokens) => change({ maxTokens })}
        />
        <SwitchField label={say.answers.sampling} isOn={sampling.isOn} onChange={(isOn) => changeSampling({ isOn })}>
          {say.answers.samplingNote}
        </SwitchField>
        {sampling.isOn && (
          <>
            <SliderField
              label={say.answers.temperature}
              value={sampling.temperature}
              bound={bounds.temperature}
              show={(value) => value.toFixed(2)}
              onChange={(temperature) => changeSampling({ temperature })}
            />
            <SliderField
              label={say.answers.topP}
              value={sampling.topP}
              bound={bounds.topP}
              show={(value) => value.toFixed(2)}
              onChange={(topP) => changeSampling({ topP })}
            />
          </>
        )}
      </Group>
      <Button onClick={() => actions.resetSettings()}>{say.reset}</Button>
    </>
  )
}

const spokenChoices = (['changes', 'answers'] as const satisfies readonly Settings['spoken'][]).map((id) => ({
  id,
  title: say.display.spokenChoices[id],
}))

/** What is drawn over the picture, and what is spoken: none of it changes a reading. */
function Display({ settings: { isMirrored, isHudShown, spoken, faces } }: { readonly settings: Settings }) {
  const { actions } = usePage().session
  return (
    <Group title={say.display.title}>
      <SwitchField
        label={say.display.mirror}
        isOn={isMirrored}
        onChange={(isOn) => actions.changeSettings({ isMirrored: isOn })}
      >
        {say.display.mirrorNote}
      </SwitchField>
      <SwitchField
        label={say.display.outlines}
        isOn={faces.areOutlinesShown}
        onChange={(isOn) => actions.changeSettings({ faces: { ...faces, areOutlinesShown: isOn } })}
      />
      <SwitchField
        label={say.display.mesh}
        isOn={faces.isMeshShown}
        onChange={(isOn) => actions.changeSettings({ faces: { ...faces, isMeshShown: isOn } })}
      >
        {say.display.meshNote}
      </SwitchField>
      <SwitchField
        label={say.display.figures}
        isOn={isHudShown}
        onChange={(isOn) => actions.changeSettings({ isHudShown: isOn })}
      >
        {say.display.figuresNote}
      </SwitchField>
      <SelectField
        label={say.display.spoken}
        value={spoken}
        options={spokenChoices}
        onChange={(id) =>
          actions.changeSettings({ spoken: spokenChoices.find((each) => each.id === id)?.id ?? 'changes' })
        }
      />
    </Group>
  )
}

/** Closed questions beside the stages. */
function Probabilities({ settings: { probes } }: { readonly settings: Settings }) {
  const { actions } = usePage().session
  const change = (part: Partial<Settings['probes']>) => actions.changeSettings({ probes: { ...probes, ...part } })
  return (
    <Group title={say.probabilities.title}>
      <SwitchField label={say.probabilities.live} isOn={probes.isOn} onChange={(isOn) => change({ isOn })}>
        {say.probabilities.liveNote}
      </SwitchField>
      {probes.isOn && (
        <>
          <SwitchField
            label={say.probabilities.bothOrders}
            isOn={probes.orders === 'both'}
            onChange={(isBoth) => change({ orders: isBoth ? 'both' : 'given' })}
          >
            {say.probabilities.bothOrdersNote}
          </SwitchField>
          <SwitchField
            label={say.probabilities.smooth}
            isOn={probes.isSmoothed}
            onChange={(isSmoothed) => change({ isSmoothed })}
          >
            {say.probabilities.smoothNote(smoothingS)}
          </SwitchField>
        </>
      )}
    </Group>
  )
}

/** The prompt of each stage. */
function Questions({ settings }: { readonly settings: Settings }) {
  const { actions } = usePage().session
  const { stages } = presetOf(settings.preset)
  return (
    <Group title={say.questions.title}>
      <SelectField
        label={say.questions.preset}
        value={presetOf(settings.preset).id}
        options={presets}
        onChange={(preset) => actions.changeSettings({ preset, prompts: {} })}
      />
      {stages.map((stage) => (
        <StageQuestion key={stage.id} stage={stage} isAlone={stages.length === 1} settings={settings} />
      ))}
      <p className={styles.note}>{say.questions.note}</p>
    </Group>
  )
}

interface StageProps {
  readonly stage: Stage
  readonly isAlone: boolean
  readonly settings: Settings
}

function StageQuestion({ stage, isAlone, settings: { stagesOn, prompts } }: StageProps) {
  const { actions } = usePage().session
  const { id, title, prompt } = stage
  const fieldId = useId()
  const own = prompts[id]
  const isOn = isAlone || stagesOn[id]
  const isLast = isOn && Object.values(stagesOn).filter(Boolean).length === 1
  const setPrompt = (text: string | undefined) => {
    const { [id]: _, ...rest } = prompts
    actions.changeSettings({ prompts: text === undefined || text === prompt ? rest : { ...rest, [id]: text } })
  }
  return (
    <div className={styles.stage}>
      <SwitchField
        label={title}
        isOn={isOn}
        isDisabled={isAlone || isLast}
        onChange={(on) => actions.changeSettings({ stagesOn: { ...stagesOn, [id]: on } })}
      />
      {isOn && (
        <>
          <label htmlFor={fieldId} className={styles.hidden}>
            {say.questions.question(title)}
          </label>
          <textarea
            id={fieldId}
            className={styles.prompt}
            rows={4}
            value={own ?? prompt}
            onChange={(event) => setPrompt(event.target.value)}
          />
          {own !== undefined && (
            <Button kind="quiet" className={styles.reset} onClick={() => setPrompt(undefined)}>
              {say.questions.backToPreset}
            </Button>
          )}
        </>
      )}
    </div>
  )
}

function seconds(frames: number, { framesPerSecond }: FrameSettings): string {
  return formatWhole(frames / framesPerSecond)
}
