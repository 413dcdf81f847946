import { type ReactNode, Suspense, useEffect, useId, useRef } from 'react'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { lazyComponent } from '../../lazy-component.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Probabilities.module.css'
import { words } from './words.ts'

const All = lazyComponent(async () => (await import('./AllProbabilities.tsx')).AllProbabilities)

/** Every number behind the headline, folded until somebody wants them. */
export function Probabilities() {
  const { view } = usePage()
  const isOpen = useStore(view, (state) => state.areProbabilitiesShown)
  const partId = useId()
  return (
    <section className={styles.panel} aria-label={words.probabilities}>
      <Button
        kind="quiet"
        className={styles.toggle}
        aria-expanded={isOpen}
        aria-controls={partId}
        onClick={() => view.update({ areProbabilitiesShown: !isOpen })}
      >
        <Icon name={isOpen ? 'down' : 'right'} />
        {words.probabilities}
      </Button>
      <div id={partId} className={styles.part} hidden={!isOpen}>
        {isOpen && (
          <Suspense fallback={null}>
            <Seen>
              <All />
            </Seen>
          </Suspense>
        )}
      </div>
    </section>
  )
}

/** What somebody has opened comes into sight. */
function Seen({ children }: { readonly children: ReactNode }) {
  const element = useRef<HTMLDivElement>(null)
  useEffect(() => {
    element.current?.scrollIntoView({ block: 'nearest' })
  }, [])
  return (
    <div ref={element} className={styles.seen}>
      {children}
    </div>
  )
}
