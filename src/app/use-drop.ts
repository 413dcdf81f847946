import { useEffect, useRef, useState } from 'react'
import { droppedFiles } from './dropped-files.ts'
import type { NamedFile } from './session/queued-file.ts'

/** Takes files and folders dropped anywhere on the page; true while some hover over it. */
export function useDrop(onFiles: (files: readonly NamedFile[]) => void): boolean {
  const [isOver, setOver] = useState(false)
  const latest = useRef(onFiles)
  useEffect(() => {
    latest.current = onFiles
  })
  useEffect(() => {
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const onDragOver = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(true)
    }
    const onDragLeave = (event: DragEvent) => {
      if (event.relatedTarget === null) setOver(false)
    }
    const onDrop = (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      setOver(false)
      const { dataTransfer } = event
      if (!dataTransfer) return
      const plain = [...dataTransfer.files].map((file) => ({ file, name: file.name }))
      droppedFiles(dataTransfer).then(
        (files) => latest.current(files),
        // A file that is gone by now is reported when it is opened.
        () => latest.current(plain),
      )
    }
    addEventListener('dragover', onDragOver)
    addEventListener('dragleave', onDragLeave)
    addEventListener('drop', onDrop)
    return () => {
      removeEventListener('dragover', onDragOver)
      removeEventListener('dragleave', onDragLeave)
      removeEventListener('drop', onDrop)
    }
  }, [])
  return isOver
}
