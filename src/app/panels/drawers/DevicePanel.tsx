import type { AdapterFacts, CheckReport, DeviceReport } from '../../../readers/worker/protocol.ts'
import { Fact, Facts, Group, Tags } from '../../controls/Facts.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { stepsOf } from '../../device-steps.ts'
import { formatBytes, formatError, formatWhole } from '../../format.ts'
import type { SessionState } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { deviceWords } from '../../words/device.ts'
import { checkIcons } from '../status/StatusBar.tsx'
import styles from './DevicePanel.module.css'
import { words } from './words.ts'

/** What this device can do, and whether its numbers are right. */
export function DevicePanel() {
  const { store } = usePage().session
  const device = useStore(store, (state) => state.device)
  const check = useStore(store, (state) => state.check)
  const bundle = useStore(store, (state) => state.bundle)
  return (
    <>
      {check && <CheckPanel check={check} />}
      <Steps device={device} bundle={bundle} />
      {device?.state === 'usable' && <AdapterPanel adapter={device.adapter} />}
    </>
  )
}

function CheckPanel({ check }: { readonly check: CheckReport }) {
  const { verdict, subject, maxError, cosine, tried, reason, mode } = check
  return (
    <Group title={words.device.check}>
      <p className={styles.verdict} data-verdict={verdict}>
        <Icon name={checkIcons[verdict]} />
        {deviceWords.verdicts[verdict]}
      </p>
      <p>{deviceWords.meanings[verdict]}</p>
      {reason && <p className={styles.quiet}>{reason}</p>}
      <Facts>
        <Fact term={words.device.compared}>{words.device.subjects[subject]}</Fact>
        <Fact term={words.device.maxError}>{words.device.deviations(formatError(maxError))}</Fact>
        <Fact term={words.device.cosine}>{Number.isFinite(cosine) ? cosine.toFixed(6) : words.device.unknown}</Fact>
        <Fact term={words.device.precision}>{modeText(mode)}</Fact>
        {tried.length > 1 && (
          <Fact term={words.device.tried}>
            {tried.map((each) => (
              <span key={modeText(each.mode)} className={styles.tried}>
                {words.device.triedMode(
                  modeText(each.mode),
                  deviceWords.verdicts[each.verdict],
                  formatError(each.maxError),
                )}
              </span>
            ))}
          </Fact>
        )}
      </Facts>
    </Group>
  )
}

function modeText({ subgroups, compute }: CheckReport['mode']): string {
  const bits = compute === 'f16' ? 16 : 32
  return subgroups ? words.device.modeWithSubgroups(bits) : words.device.mode(bits)
}

/** The six things that reading needs of a browser and its device, in the order in which they can go wrong. */
function Steps({
  device,
  bundle,
}: {
  readonly device: DeviceReport | undefined
  readonly bundle: SessionState['bundle']
}) {
  const steps = stepsOf(device, bundle)
  return (
    <Group title={words.device.needs}>
      <ul className={styles.steps}>
        {steps.map(({ title, state, problem }) => (
          <li key={title} className={styles.step} data-state={state}>
            <Icon name={({ fine: 'check', limited: 'warn', missing: 'wrong', unknown: 'idle' } as const)[state]} />
            <div>
              <p>
                {title}
                <span className={styles.quiet}>{words.device.states[state]}</span>
              </p>
              {problem && (
                <p className={styles.quiet}>
                  {problem.message} {problem.action}
                </p>
              )}
            </div>
          </li>
        ))}
      </ul>
    </Group>
  )
}

function AdapterPanel({ adapter }: { readonly adapter: AdapterFacts }) {
  const { vendor, architecture, subgroupMinSize, subgroupMaxSize, features, usedFeatures, limits } = adapter
  return (
    <Group title={words.device.adapter}>
      <Facts>
        <Fact term={words.device.name}>{adapter.name}</Fact>
        <Fact term={words.device.vendor}>
          {[vendor, architecture].filter(Boolean).join(', ') || words.device.notTold}
        </Fact>
        {subgroupMinSize !== undefined && (
          <Fact term={words.device.subgroups}>{words.device.subgroupSizes(subgroupMinSize, subgroupMaxSize)}</Fact>
        )}
        <Fact term={words.device.featuresInUse}>{usedFeatures.join(', ') || words.device.noFeatures}</Fact>
        {Object.entries(limits).map(([name, value]) => (
          <Fact key={name} term={name}>
            {/Size$/.test(name) && value >= 1e6 ? formatBytes(value) : formatWhole(value)}
          </Fact>
        ))}
      </Facts>
      <p className={styles.quiet}>{words.device.allFeatures}</p>
      <Tags names={features} />
    </Group>
  )
}
