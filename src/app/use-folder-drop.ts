import { type RefObject, useEffect, useRef } from 'react'
import { type ChosenFolder, droppedFolder } from '../build-worker/checkpoint-pick.ts'

/** Takes a folder that is dropped onto an element; other drops are left to the page. */
export function useFolderDrop(element: RefObject<HTMLElement | null>, onFolder: (folder: ChosenFolder) => void): void {
  const latest = useRef(onFolder)
  useEffect(() => {
    latest.current = onFolder
  })
  useEffect(() => {
    const target = element.current
    if (!target) return
    const onDragOver = (event: DragEvent) => event.preventDefault()
    const onDrop = (event: DragEvent) => {
      const read = event.dataTransfer && droppedFolder(event.dataTransfer.items)
      if (!read) return
      event.preventDefault()
      // The page's own handler would open it as a video and would go on showing the drop hint.
      event.stopPropagation()
      dispatchEvent(new DragEvent('dragleave'))
      void read().then((folder) => latest.current(folder))
    }
    target.addEventListener('dragover', onDragOver)
    target.addEventListener('drop', onDrop)
    return () => {
      target.removeEventListener('dragover', onDragOver)
      target.removeEventListener('drop', onDrop)
    }
  }, [element])
}
