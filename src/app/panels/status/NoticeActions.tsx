import { appUpdate } from '../../app-update.ts'
import { Button } from '../../controls/Button.tsx'
import { usePage } from '../../view.ts'
import { SmallModelButton } from '../model/SmallModelButton.tsx'
import { words as model } from '../model/words.ts'
import type { Notice } from './notices.ts'
import { words } from './words.ts'

interface Props {
  readonly notice: Notice
  /** Closes what holds the buttons. */
  readonly onDone: () => void
}

/** What can be done about a notice. */
export function NoticeActions({ notice, onDone }: Props) {
  const { session } = usePage()
  switch (notice.kind) {
    case 'update':
      return (
        <>
          {notice.readings > 0 && (
            <Button onClick={() => void session.actions.downloadRecording()}>{words.update.download}</Button>
          )}
          <Button kind="primary" onClick={() => appUpdate.take()}>
            {words.update.reload}
          </Button>
        </>
      )
    case 'lost-load': {
      const { url } = notice.lost
      return (
        <>
          {url === undefined ? (
            <OpenModel isAddressWanted onDone={onDone}>
              {words.lost.folder}
            </OpenModel>
          ) : (
            <Button onClick={() => void session.actions.loadBundle({ type: 'url', url })}>{model.tryAgain}</Button>
          )}
          <SmallModelButton insteadOf={url} />
          <OpenModel onDone={onDone}>{model.get}</OpenModel>
        </>
      )
    }
    case 'no-model':
      return (
        <>
          <SmallModelButton />
          <OpenModel onDone={onDone}>{model.get}</OpenModel>
        </>
      )
    case 'evicted':
      return <OpenStorage onDone={onDone} />
    case 'random-weights':
    case 'not-for-real-faces':
      return <OpenModel onDone={onDone}>{model.get}</OpenModel>
    case 'on-the-processor':
    case 'bundle':
      return null
  }
}

interface OpenProps {
  readonly children: string
  /** For those who have a bundle: its field is unfolded. */
  readonly isAddressWanted?: boolean
  readonly onDone: () => void
}

/** Opens the model's drawer. */
export function OpenModel({ children, isAddressWanted = false, onDone }: OpenProps) {
  const { view } = usePage()
  return (
    <Button
      onClick={() => {
        onDone()
        view.update({ panel: 'model', isAddressWanted })
      }}
    >
      {children}
    </Button>
  )
}

function OpenStorage({ onDone }: Pick<Props, 'onDone'>) {
  const { view } = usePage()
  return (
    <Button
      onClick={() => {
        onDone()
        view.update({ panel: 'storage', isAddressWanted: false })
      }}
    >
      {words.storage}
    </Button>
  )
}
