import type { ReactNode } from 'react'
import { useStore } from '../store.ts'
import { narrow, useMedia } from '../use-media.ts'
import { type SheetId, usePage } from '../view.ts'
import { Drawer } from './Drawer.tsx'

interface Props {
  readonly id: SheetId
  /** The heading of the sheet. Inline, the content has its own. */
  readonly title: string
  readonly children: ReactNode
}

/**
 * A part of the page that is inline where there is room. On narrow screens it is a sheet that comes up from below
 * while `view.sheet` names it, and leaves the picture in sight; nothing of it is rendered until then.
 */
export function NarrowSheet({ id, title, children }: Props) {
  const { view } = usePage()
  const isNarrow = useMedia(narrow)
  const isOpen = useStore(view, ({ sheet }) => sheet === id)
  if (!isNarrow) return children
  return (
    <Drawer title={title} isLow isOpen={isOpen} onClose={() => view.update({ sheet: undefined })}>
      {children}
    </Drawer>
  )
}
