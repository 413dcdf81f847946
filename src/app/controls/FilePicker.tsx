import type { Ref } from 'react'

interface Props {
  /** The input itself: its `click()` opens the browser's dialog, so that any button can do so. */
  readonly ref: Ref<HTMLInputElement>
  readonly label: string
  /** Types and endings of files; without it a folder is asked for. */
  readonly accept?: string
  /** Whether several files may be chosen. */
  readonly isMultiple?: boolean
  /** Called with at least one file; each file of a folder has a `webkitRelativePath`. */
  readonly onFiles: (files: readonly File[]) => void
}

/** An invisible input that asks for files or a folder of this device. */
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
        // Emptied: otherwise choosing the same files again would be no change.
        target.value = ''
        if (files.length > 0) onFiles(files)
      }}
    />
  )
}

declare module 'react' {
  interface InputHTMLAttributes<T> {
    /** Missing in React's types, though every browser has it. */
    webkitdirectory?: '' | undefined
  }
}
