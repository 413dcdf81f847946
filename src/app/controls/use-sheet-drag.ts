import { type PointerEvent, type RefObject, useRef } from 'react'

/** A sheet that was dragged down by this many pixels closes when it is let go. */
const closesAtPx = 96
/** So does one that was pushed down at least this fast, in pixels per millisecond. */
const closesAtSpeed = 0.6

/** Whether a sheet that is let go closes; a small push at speed is enough. */
export function closesWhenLetGo(draggedPx: number, ms: number): boolean {
  return draggedPx >= closesAtPx || (draggedPx > 24 && draggedPx / Math.max(ms, 1) >= closesAtSpeed)
}

interface Drag {
  readonly pointerId: number
  readonly fromY: number
  readonly fromMs: number
}

/** Lets a finger drag a bottom sheet down by its head; let go low enough, it closes, and otherwise it comes back. */
export function useSheetDrag(sheet: RefObject<HTMLElement | null>, isOn: boolean, onClose: () => void) {
  const drag = useRef<Drag>(undefined)
  const move = (px: number) => {
    // The transition is for the way back only: a finger is followed at once.
    if (!sheet.current) return
    sheet.current.style.transition = px > 0 ? 'none' : ''
    sheet.current.style.transform = px > 0 ? `translateY(${px}px)` : ''
  }
  const end = (event: PointerEvent) => {
    const begun = drag.current
    if (!begun || begun.pointerId !== event.pointerId) return
    drag.current = undefined
    const isKept = event.type === 'pointercancel'
    if (!isKept && closesWhenLetGo(event.clientY - begun.fromY, event.timeStamp - begun.fromMs)) onClose()
    else move(0)
  }
  if (!isOn) return {}
  return {
    onPointerDown: (event: PointerEvent) => {
      // The buttons in the head keep their presses, and a mouse has Escape and the button.
      if (event.pointerType === 'mouse' || (event.target instanceof Element && event.target.closest('button'))) return
      event.currentTarget.setPointerCapture(event.pointerId)
      drag.current = { pointerId: event.pointerId, fromY: event.clientY, fromMs: event.timeStamp }
    },
    onPointerMove: (event: PointerEvent) => {
      if (drag.current?.pointerId === event.pointerId) move(event.clientY - drag.current.fromY)
    },
    onPointerUp: end,
    onPointerCancel: end,
  }
}
