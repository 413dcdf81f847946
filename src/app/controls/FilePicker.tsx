import type { Ref } from 'react'

interface Props {
  /** Opens the browser's dialog by `click()`; buttons that look like the others do that. */
  readonly ref: Ref<HTMLInputElement>
  readonly label: string
  /** Types and endings of files; without it a folder is asked for. */
  readonly accept?: string
  /** Whether several files may be chosen. */
  readonly isMultiple?: boolean
  /** Never none; of a folder, each with its `webkitRelativePath`. */
  readonly onFiles: (files: readonly File[]) => void
}

/** Asks for files or a folder of this device. Out of sight. */
export function FilePicker({ ref, label, accept, isMultiple = false, onFiles }: Props) {
  return (
    <input
      ref={ref}
      className="unseen"
      type="file"
      {...(accept === undefined ? { webkitdirectory: '', multiple: true } : { accept, multiple: isMultiple })}
      tabIndex={-1}
      aria-label={label}
      onChange={({ target }) => {
        const files = [...(target.files ?? [])]
        // Emptied, so that choosing the same ones again is heard of.
        target.value = ''
        if (files.length > 0) onFiles(files)
      }}
    />
  )
}

declare module 'react' {
  interface InputHTMLAttributes<T> {
    /** Not in the types, though every browser has it. */
    webkitdirectory?: '' | undefined
  }
}
