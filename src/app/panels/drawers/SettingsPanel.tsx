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
import { FaceSettings } from '../FaceParts.tsx'
import styles from './Panels.module.css'

/** How readings are made; remembered on this device. */
export function SettingsPanel() {
  const { store, actions } = usePage().session
  const settings = useStore(store, (state) => state.settings)
  const bundle = useStore(store, (state) => state.bundle)
  const { reading, isMirrored } = settings
  const { sampling } = reading
  const trained = trainedFrames(bundle?.manifest)
  const used = framesFor(reading, bundle?.manifest)
  const change = (part: Partial<Settings['reading']>) => actions.changeSettings({ reading: { ...reading, ...part } })
  /** Settings that nobody has changed follow the model's training. */
  const changeFrames = (name: 'framesPerSecond' | 'windowFrames', value: number) =>
    change({ [name]: value === trained[name] ? undefined : value })
  const show = (name: 'framesPerSecond' | 'windowFrames', text: string) =>
    used[name] === trained[name] ? `${text}, as trained` : text
  const budgets = [
    { id: 'trained', title: `As the model was trained (at most ${formatWhole(trained.maxPixels)} pixels)` },
    ...frameBudgets.filter(({ maxPixels }) => maxPixels < trained.maxPixels),
  ]
  const changeSampling = (part: Partial<typeof sampling>) => change({ sampling: { ...sampling, ...part } })
  const budget = frameBudgets.find(({ maxPixels }) => maxPixels === used.frameBudget?.maxPixels)
  return (
    <>
      <p className={styles.note}>Changes count from the next reading on, and are remembered on this device.</p>
      <FaceSettings />
      <Questions settings={settings} />
      <Group title="Frames">
        <SliderField
          label="Frames a second"
          value={used.framesPerSecond}
          bound={bounds.framesPerSecond}
          show={(frames) => show('framesPerSecond', String(frames))}
          onChange={(frames) => changeFrames('framesPerSecond', frames)}
        />
        <SliderField
          label="Frames of a window"
          value={used.windowFrames}
          bound={bounds.windowFrames}
          show={(frames) => show('windowFrames', `${frames}, ${seconds(frames, used)}`)}
          onChange={(frames) => changeFrames('windowFrames', frames)}
        />
        <SliderField
          label="A full window moves on by"
          value={used.hopFrames}
          bound={{ ...bounds.hopFrames, max: used.windowFrames }}
          show={(frames) => `${frames}, ${seconds(frames, used)}`}
          onChange={(hopFrames) =>
            change({ hopFrames: hopFrames === hopOf(used.windowFrames) ? undefined : hopFrames })
          }
        />
        <SelectField
          label="Size of a frame at the model"
          value={budget?.id ?? 'trained'}
          options={budgets}
          onChange={(id) => {
            const chosen = frameBudgets.find((each) => each.id === id)
            change({ frameBudget: chosen && { minPixels: chosen.minPixels, maxPixels: chosen.maxPixels } })
          }}
        />
        <SwitchField
          label="Show the camera as a mirror"
          isOn={isMirrored}
          onChange={(isOn) => actions.changeSettings({ isMirrored: isOn })}
        >
          The model always gets the picture as it is.
        </SwitchField>
      </Group>
      <Probabilities settings={settings} />
      <Group title="Answers">
        <SliderField
          label="Longest answer"
          value={reading.maxTokens}
          bound={bounds.maxTokens}
          show={(tokens) => `${formatWhole(tokens)} tokens`}
          onChange={(maxTokens) => change({ maxTokens })}
        />
        <SwitchField label="Sampling" isOn={sampling.isOn} onChange={(isOn) => changeSampling({ isOn })}>
          Off: always the likeliest word, the same each time. On: answers vary, and every token costs more, since all
          its scores are read back from the GPU.
        </SwitchField>
        {sampling.isOn && (
          <>
            <SliderField
              label="Temperature"
              value={sampling.temperature}
              bound={bounds.temperature}
              show={(value) => value.toFixed(2)}
              onChange={(temperature) => changeSampling({ temperature })}
            />
            <SliderField
              label="Top-p"
              value={sampling.topP}
              bound={bounds.topP}
              show={(value) => value.toFixed(2)}
              onChange={(topP) => changeSampling({ topP })}
            />
          </>
        )}
      </Group>
      <Button onClick={() => actions.resetSettings()}>Reset all settings</Button>
    </>
  )
}

/** Closed questions beside the stages. */
function Probabilities({ settings: { probes } }: { readonly settings: Settings }) {
  const { actions } = usePage().session
  const change = (part: Partial<Settings['probes']>) => actions.changeSettings({ probes: { ...probes, ...part } })
  return (
    <Group title="Probabilities">
      <SwitchField label="Live probabilities" isOn={probes.isOn} onChange={(isOn) => change({ isOn })}>
        After every two frames the model is asked closed questions: emotion, sentiment, action units. One pass each;
        none of its words are generated.
      </SwitchField>
      {probes.isOn && (
        <>
          <SwitchField
            label="Ask with the options in both orders"
            isOn={probes.orders === 'both'}
            onChange={(isBoth) => change({ orders: isBoth ? 'both' : 'given' })}
          >
            Cancels a model’s liking for early options, for twice the passes.
          </SwitchField>
          <SwitchField
            label="Smooth what is shown"
            isOn={probes.isSmoothed}
            onChange={(isSmoothed) => change({ isSmoothed })}
          >
            Exponentially, over {smoothingS} s of the video.
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
    <Group title="Questions">
      <SelectField
        label="Set of questions"
        value={presetOf(settings.preset).id}
        options={presets}
        onChange={(preset) => actions.changeSettings({ preset, prompts: {} })}
      />
      {stages.map((stage) => (
        <StageQuestion key={stage.id} stage={stage} isAlone={stages.length === 1} settings={settings} />
      ))}
      <p className={styles.note}>
        The questions are ours: those that VidEmo was trained with are not public. An answer reads the ones before it.
      </p>
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
            Question: {title}
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
              Back to the preset’s words
            </Button>
          )}
        </>
      )}
    </div>
  )
}

function seconds(frames: number, { framesPerSecond }: FrameSettings): string {
  return `${formatWhole(frames / framesPerSecond)} s`
}
