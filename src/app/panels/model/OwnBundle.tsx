import { type FormEvent, useEffect, useRef, useState } from 'react'
import { Button } from '../../controls/Button.tsx'
import { AddressField } from '../../controls/Fields.tsx'
import { FilePicker } from '../../controls/FilePicker.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './ModelPanel.module.css'
import { words } from './words.ts'

/** Loads a bundle from an address or from a folder of this device; folded, for those who have one. */
export function OwnBundle() {
  const { session, view } = usePage()
  const isAddressWanted = useStore(view, (state) => state.isAddressWanted)
  const [address, setAddress] = useState('')
  const [isOpen, setOpen] = useState(isAddressWanted)
  const field = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)

  useEffect(() => {
    if (isAddressWanted) field.current?.focus()
  }, [isAddressWanted])

  const onSubmit = (event: FormEvent) => {
    event.preventDefault()
    let url = address.trim()
    try {
      url = new URL(url, document.baseURI).href
    } catch {
      // The loader reports what is wrong with the address.
    }
    if (url !== '') void session.actions.loadBundle({ type: 'url', url })
  }
  const onFolder = (chosen: readonly File[]) => {
    const files = chosen.map((file) => ({ path: file.webkitRelativePath, blob: file }))
    const name = files[0].path.split('/', 1)[0]
    if (name) void session.actions.loadBundle({ type: 'files', name, files })
  }
  return (
    <details className={styles.fold} open={isOpen} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary className={styles.summary}>{words.own.title}</summary>
      <div className={styles.folded}>
        <form onSubmit={onSubmit}>
          <AddressField
            ref={field}
            label={words.own.address}
            placeholder={words.own.placeholder}
            value={address}
            onChange={setAddress}
          >
            <Button type="submit" kind="primary" disabled={address.trim() === ''}>
              {words.own.load}
            </Button>
          </AddressField>
        </form>
        <FilePicker ref={folder} label={words.own.folderLabel} onFiles={onFolder} />
        <div>
          <Button onClick={() => folder.current?.click()}>
            <Icon name="folder" />
            {words.own.folder}
          </Button>
        </div>
        <p className={styles.note}>{words.own.note}</p>
        <p className={styles.note}>{words.own.command}</p>
        <pre className={styles.command}>
          <code>{words.own.commandText}</code>
        </pre>
      </div>
    </details>
  )
}
