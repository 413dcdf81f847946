import type { ReactNode } from 'react'
import { Button } from '../../controls/Button.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { Icon, type IconName } from '../../controls/Icon.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import panels from '../drawers/Panels.module.css'
import {
  type DeviceRoom,
  type DeviceVerdict,
  deviceVerdict,
  type ModelNeeds,
  type Reason,
  videmo3b,
} from './device-verdict.ts'
import styles from './ModelSteps.module.css'
import { words } from './words.ts'

/** The three questions before a model is fetched or built, numbered, each with its answer for this device. */
export function Steps({ children }: { readonly children: ReactNode }) {
  return <ol className={styles.steps}>{children}</ol>
}

export function Step({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <li className={styles.step}>
      <h4 className={styles.title}>{title}</h4>
      {children}
    </li>
  )
}

/** Whether this device can run a model. */
export function useVerdict(needs: ModelNeeds, room?: DeviceRoom): DeviceVerdict {
  const { store } = usePage().session
  const device = useStore(store, (state) => state.device)
  const freeBytes = useStore(store, ({ stored }) => (stored?.state === 'known' ? stored.freeBytes : undefined))
  return deviceVerdict(device, needs, { freeBytes, memoryBytes: deviceMemory(), ...room })
}

/** The device's memory, where the browser tells of it. */
function deviceMemory(): number | undefined {
  return 'deviceMemory' in navigator && typeof navigator.deviceMemory === 'number'
    ? navigator.deviceMemory * 1e9
    : undefined
}

const icons: Readonly<Record<Reason['standing'], IconName>> = {
  fine: 'check',
  limited: 'warn',
  missing: 'wrong',
  unknown: 'idle',
}

function answerText(answer: DeviceVerdict['answer'], reasons: readonly Reason[]): string {
  const has = (kind: Reason['kind']) => reasons.some((reason) => reason.kind === kind)
  if (has('no-gpu')) return words.smallOnly
  return answer === 'limited' && has('software-adapter') ? words.tooSlow : words.answer[answer]
}

/** The first step: whether this device can run it, and why. */
export function CanStep({ verdict: { answer, reasons } }: { readonly verdict: DeviceVerdict }) {
  const { view } = usePage()
  return (
    <Step title={words.steps.can}>
      <p className={styles.answer} data-answer={answer}>
        {answerText(answer, reasons)}
      </p>
      {reasons.length > 0 && (
        <ul className={styles.reasons}>
          {reasons.map((reason) => (
            <li key={reason.kind} className={styles.reason} data-standing={reason.standing}>
              <Icon name={icons[reason.standing]} />
              <span>{words.reason(reason)}</span>
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button kind="quiet" className={styles.more} onClick={() => view.update({ panel: 'device' })}>
          {words.deviceDetails}
        </Button>
      </div>
    </Step>
  )
}

/** The way to VidEmo-3B while no bundle of it is known: this project hosts no weights, so it is built here. */
export function GetVidEmo() {
  const { session, view } = usePage()
  const device = useStore(session.store, (state) => state.device)
  const hasHalfFloats = device?.state === 'usable' && device.adapter.features.includes('shader-f16')
  const verdict = useVerdict(videmo3b(hasHalfFloats))
  const isRefused = verdict.answer === 'no'
  return (
    <Group title={words.get}>
      <Steps>
        <CanStep verdict={verdict} />
        <Step title={words.steps.license}>
          <Facts>
            <Fact term={words.license.weights}>{words.license.weightsNone}</Fact>
            <Fact term={words.license.base}>{words.license.baseText}</Fact>
            <Fact term={words.license.code}>{words.license.codeText}</Fact>
          </Facts>
          <p className={panels.note}>{words.license.check}</p>
        </Step>
        <Step title={words.steps.size}>
          <Facts>
            <Fact term={words.size.read}>{words.size.readText}</Fact>
            <Fact term={words.size.kept}>{words.size.keptText}</Fact>
            <Fact term={words.size.time}>{words.size.timeText}</Fact>
          </Facts>
        </Step>
      </Steps>
      <div className={styles.press}>
        <Button kind={isRefused ? 'plain' : 'primary'} onClick={() => view.update({ panel: 'build' })}>
          <Icon name="model" />
          {words.build}
        </Button>
      </div>
      <p className={panels.note}>{isRefused ? words.buildElsewhere : words.buildNote}</p>
    </Group>
  )
}
