import { useId } from 'react'
import { licenceText } from '../../../manifest/licence-text.ts'
import { foreignHost } from '../../bundle-link.ts'
import { Button } from '../../controls/Button.tsx'
import { Fact, Facts, Group } from '../../controls/Facts.tsx'
import { ProgressBar } from '../../controls/ProgressBar.tsx'
import { formatBytes, formatCount } from '../../format.ts'
import { placedName } from '../../model-kind.ts'
import { type BusyLoad, loadText } from '../../run-text.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { needsOf } from './device-verdict.ts'
import styles from './LoadProgress.module.css'
import steps from './ModelSteps.module.css'
import { CanStep, Step, Steps, useVerdict } from './ModelSteps.tsx'
import { isReadAgain } from './read-again.ts'
import { ServerWaitNote } from './ServerWaitNote.tsx'
import { SmallModelButton } from './SmallModelButton.tsx'
import { words } from './words.ts'

/** What would be downloaded and under which license, before the first byte is: the same three steps, of this bundle. */
function Offer({ name, load }: { readonly name: string; readonly load: Extract<BusyLoad, { state: 'offered' }> }) {
  const { session } = usePage()
  const bundle = useStore(session.store, (state) => state.bundle)
  const { source, manifest, totalBytes, room } = load
  const { offer } = words
  const host = foreignHost(source)
  const storedBytes = room?.storedBytes ?? 0
  const leftBytes = totalBytes - storedBytes
  const verdict = useVerdict(needsOf(manifest), { freeBytes: room?.freeBytes, storedBytes })
  return (
    <Group title={offer.title(name)}>
      {host !== undefined && <p>{offer.foreign}</p>}
      <Facts>
        {host !== undefined && <Fact term={offer.host}>{host}</Fact>}
        <Fact term={offer.weights}>{offer.weightsText(formatCount(manifest.model.parameters), manifest.dtype)}</Fact>
        <Fact term={offer.from}>{manifest.source.origin}</Fact>
      </Facts>
      <Steps>
        <CanStep verdict={verdict} />
        <Step title={words.steps.license}>
          <Facts>
            <Fact term={words.license.ofBundle}>{licenceText(manifest)}</Fact>
          </Facts>
        </Step>
        <Step title={words.steps.size}>
          <Facts>
            <Fact term={offer.size}>
              {formatBytes(totalBytes)}
              {storedBytes > 0 && offer.kept(storedBytes)}
            </Fact>
            <Fact term={words.size.time}>{words.size.timeText}</Fact>
          </Facts>
        </Step>
      </Steps>
      <div className={steps.press}>
        <Button kind="primary" onClick={() => session.actions.acceptLoad()}>
          {storedBytes > 0 ? offer.resume(leftBytes) : offer.download(leftBytes)}
        </Button>
        {!bundle && <SmallModelButton />}
        <Button onClick={() => session.actions.cancelLoad()}>{words.notNow}</Button>
      </div>
    </Group>
  )
}

/** How far a model is loaded, under which license, what happens then, and the way to end it. */
export function LoadProgress({ load }: { readonly load: BusyLoad }) {
  const { session } = usePage()
  const isAgain = useStore(session.store, isReadAgain)
  const titleId = useId()
  const textId = useId()
  const { name: ownName, text, share } = loadText(load)
  const name = placedName(load.source)
  if (load.state === 'offered') return <Offer name={name} load={load} />
  return (
    <div className={styles.loading}>
      <div className={styles.head}>
        <h3 id={titleId} className={styles.title}>
          {words.progress.loading(name)}
        </h3>
        <Button onClick={() => session.actions.cancelLoad()}>{words.cancel}</Button>
      </div>
      <ProgressBar
        aria-labelledby={titleId}
        aria-describedby={textId}
        {...(share === undefined ? {} : { value: share })}
      />
      <p id={textId} className={styles.figures}>
        {text}
      </p>
      {'quiet' in load && load.quiet && (
        <p className={styles.quietHost}>{words.progress.quiet(load.quiet.host, load.quiet.s)}</p>
      )}
      {'wait' in load && load.wait && <ServerWaitNote wait={load.wait} />}
      {load.state === 'downloading' && (
        <p className={styles.quiet}>{words.progress.license(licenceText(load.manifest))}</p>
      )}
      {isAgain && <p className={styles.quiet}>{words.progress.after(ownName)}</p>}
    </div>
  )
}
