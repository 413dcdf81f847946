import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { isActive } from '../../run-text.ts'
import { showReading, useShown } from '../../shown.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { words } from './words.ts'

/**
 * Reads a file from where the playhead stands; the only way in which moving along a file leads to a reading. There where
 * a person chose the place, and it was not read, or nothing is being read any more.
 */
export function ReadFromHere({ className }: { readonly className?: string | undefined }) {
  const page = usePage()
  const { store, actions } = page.session
  const timeS = useStore(page.view, ({ review }) =>
    review?.kind === 'playhead' && !review.isByItself ? review.timeS : undefined,
  )
  const isFile = useStore(store, ({ source }) => source?.kind === 'file')
  const isOver = useStore(store, ({ run }) => !isActive(run) && run.state !== 'stopping' && run.state !== 'queued')
  const isStill = useStore(store, ({ clip }) => clip?.isStillImage === true)
  const shown = useShown()
  if (timeS === undefined || !isFile || isStill || !(isOver || shown.kind === 'unread')) return null
  return (
    <Button
      className={className}
      onClick={() => {
        showReading(page, undefined)
        void actions.readFrom(timeS)
      }}
    >
      <Icon name="play" />
      {words.readFrom}
    </Button>
  )
}
