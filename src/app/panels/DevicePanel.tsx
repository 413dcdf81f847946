import type { AdapterFacts, CheckReport, DeviceReport } from '../../../workers/engine-api.ts'
import { type DescribedProblem, describeProblem, missingFor } from '../../device/device.ts'
import { Fact, Facts, Group, Tags } from '../controls/Facts.tsx'
import { Icon } from '../controls/Icon.tsx'
import { formatBytes, formatError, formatWhole } from '../format.ts'
import type { SessionState } from '../session-state.ts'
import { useStore } from '../store.ts'
import { usePage } from '../view.ts'
import styles from './DevicePanel.module.css'
import { checkIcons } from './StatusBar.tsx'

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

interface Step {
  readonly title: string
  readonly state: 'fine' | 'limited' | 'missing' | 'unknown'
  readonly problem?: Pick<DescribedProblem, 'message' | 'action'> | undefined
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

const basics = [
  ['insecure-context', 'A secure connection'],
  ['no-webgpu', 'A browser with WebGPU'],
  ['no-adapter', 'A graphics adapter'],
] as const

/** Exported for its test. */
export function stepsOf(device: DeviceReport | undefined, bundle: SessionState['bundle']): readonly Step[] {
  const problem = device?.state === 'unusable' ? device.problem : undefined
  const failedAt = basics.findIndex(([kind]) => kind === problem?.kind)
  const steps: Step[] = basics.map(([, title], index) => {
    if (!device) return { title, state: 'unknown' }
    if (!problem || index < failedAt) return { title, state: 'fine' }
    return index === failedAt ? { title, state: 'missing', problem } : { title, state: 'unknown' }
  })
  if (device?.state !== 'usable') {
    return [
      ...steps,
      { title: 'Speed: a real graphics processor', state: 'unknown' },
      { title: '16-bit floats', state: 'unknown' },
      { title: 'Room for the model', state: 'unknown' },
    ]
  }
  const { adapter, notices } = device
  const software = notices.find(({ kind }) => kind === 'software-adapter')
  const missing = bundle && missingFor(bundle.manifest.needs, adapter)
  const hasHalf = adapter.features.includes('shader-f16')
  return [
    ...steps,
    software
      ? { title: 'Speed: a real graphics processor', state: 'limited', problem: software }
      : { title: 'Speed: a real graphics processor', state: 'fine' },
    hasHalf
      ? { title: '16-bit floats', state: 'fine' }
      : {
          title: '16-bit floats',
          state: 'limited',
          problem: {
            message: 'This adapter lacks shader-f16, so bundles that compute in 16 bits cannot run.',
            action: 'Use bundles built with --dtype q4.',
          },
        },
    missing?.kind === 'limits-too-small'
      ? { title: 'Room for the model', state: 'missing', problem: describeProblem(missing) }
      : { title: 'Room for the model', state: bundle ? 'fine' : 'unknown' },
  ]
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
