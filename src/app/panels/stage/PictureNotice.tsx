import { Message } from '../../controls/Message.tsx'
import { pictureText } from '../../picture-text.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'

/** Why a camera or a screen shows nothing at the moment. Announced politely, because it may pass. */
export function PictureNotice() {
  const { store } = usePage().session
  const picture = useStore(store, (state) => state.picture)
  const source = useStore(store, (state) => state.source)
  const text = source && pictureText(picture, source)
  if (!text) return null
  return (
    <Message tone="warn" title={text.title}>
      <p>{text.cause}</p>
      <p>{text.action}</p>
    </Message>
  )
}
