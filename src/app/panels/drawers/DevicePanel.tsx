import type { AdapterFacts, CheckReport, DeviceReport } from '../../../readers/worker/protocol.ts'
import { Fact, Facts, Group, Tags } from '../../controls/Facts.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { stepsOf } from '../../device-steps.ts'
import { formatBytes, formatError, formatWhole } from '../../format.ts'
import type { SessionState } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { checkIcons } from '../status/StatusBar.tsx'
import styles from './DevicePanel.module.css'

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

const meanings: Readonly<Record<CheckReport['verdict'], string>> = {
  exact: 'This device computes what the reference computes.',
  close: 'This device computes nearly what the reference computes; answers may differ in details.',
  wrong: 'This device computes something else. Its readings cannot be trusted.',
  unchecked: 'There is nothing to compare with.',
}

function CheckPanel({ check }: { readonly check: CheckReport }) {
  const { verdict, subject, maxError, cosine, tried, reason, mode } = check
  return (
    <Group title="Check of the numbers">
      <p className={styles.verdict} data-verdict={verdict}>
        <Icon name={checkIcons[verdict]} />
        {verdict}
      </p>
      <p>{meanings[verdict]}</p>
      {reason && <p className={styles.quiet}>{reason}</p>}
      <Facts>
        <Fact term="Compared">
          {subject === 'bundle' ? 'the bundle’s own numbers' : 'the kernels, on a small network'}
        </Fact>
        <Fact term="Largest error of a logit">{formatError(maxError)} standard deviations</Fact>
        <Fact term="Cosine, lowest">{Number.isFinite(cosine) ? cosine.toFixed(6) : 'unknown'}</Fact>
        <Fact term="Computes in">{modeText(mode)}</Fact>
        {tried.length > 1 && (
          <Fact term="Tried">
            {tried.map((each) => (
              <span key={modeText(each.mode)} className={styles.tried}>
                {modeText(each.mode)}: {each.verdict}, {formatError(each.maxError)}
              </span>
            ))}
          </Fact>
        )}
      </Facts>
    </Group>
  )
}

function modeText({ subgroups, compute }: CheckReport['mode']): string {
  return `${compute === 'f16' ? '16' : '32'}-bit floats${subgroups ? ', subgroups' : ''}`
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
    <Group title="What reading needs">
      <ul className={styles.steps}>
        {steps.map(({ title, state, problem }) => (
          <li key={title} className={styles.step} data-state={state}>
            <Icon name={({ fine: 'check', limited: 'warn', missing: 'wrong', unknown: 'idle' } as const)[state]} />
            <div>
              <p>
                {title}
                <span className={styles.quiet}>
                  {
                    ({ fine: ': yes', limited: ': in part', missing: ': no', unknown: ': not known yet' } as const)[
                      state
                    ]
                  }
                </span>
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
    <Group title="Adapter">
      <Facts>
        <Fact term="Name">{adapter.name}</Fact>
        <Fact term="Vendor">{[vendor, architecture].filter(Boolean).join(', ') || 'not told'}</Fact>
        {subgroupMinSize !== undefined && (
          <Fact term="Subgroups">
            {subgroupMinSize} to {subgroupMaxSize}
          </Fact>
        )}
        <Fact term="Features in use">{usedFeatures.join(', ') || 'none beyond the basic ones'}</Fact>
        {Object.entries(limits).map(([name, value]) => (
          <Fact key={name} term={name}>
            {/Size$/.test(name) && value >= 1e6 ? formatBytes(value) : formatWhole(value)}
          </Fact>
        ))}
      </Facts>
      <p className={styles.quiet}>All features it offers</p>
      <Tags names={features} />
    </Group>
  )
}
