import { actionOf, runAction } from '../../actions.ts'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import type { SourceProblem } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './ProblemNote.module.css'
import { problemChoices } from './problem-choices.ts'
import { words } from './words.ts'

/** Why a source did not open, told at the button that was pressed, with ways on. What ran before runs on beneath it. */
export function ProblemNote({ problem }: { readonly problem: SourceProblem }) {
  const page = usePage()
  const { store, actions } = page.session
  const watched = useStore(store, ({ source }) => source?.kind)
  const { title, error } = problem
  return (
    <>
      <div className={styles.note} role="alert">
        <div className={styles.head}>
          <Icon name="warn" />
          <p className={styles.title}>{title}</p>
          <Button
            kind="quiet"
            isSquare
            className={styles.dismiss}
            aria-label={words.dismiss}
            onClick={() => actions.dismissProblem()}
          >
            <Icon name="close" />
          </Button>
        </div>
        <p>{error.message}</p>
        <p className={styles.quiet}>
          {error.action} {watched && words.goesOn}
        </p>
        <div className={styles.choices}>
          {problemChoices(problem, watched).map((choice, index) => (
            <Button
              key={choice.id}
              kind={index === 0 ? 'primary' : 'plain'}
              className={styles.choice}
              onClick={() => {
                actions.dismissProblem()
                runAction(page, actionOf(choice.id))
              }}
            >
              {choice.title}
            </Button>
          ))}
          <code className={styles.code}>{error.code}</code>
        </div>
      </div>
      <span className={styles.pointer} aria-hidden="true" />
    </>
  )
}
