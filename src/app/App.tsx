import { useEffect, useMemo, useRef, useState } from 'react'
import { BuildClient } from '../build-worker/client.ts'
import { readableFiles } from '../capture/readable-files.ts'
import styles from './App.module.css'
import { actionForKey, actionOf, placeOf, runAction } from './actions.ts'
import { BuildSession } from './build-session.ts'
import { ActionMenu } from './controls/ActionMenu.tsx'
import { Button } from './controls/Button.tsx'
import { FilePicker } from './controls/FilePicker.tsx'
import { Icon } from './controls/Icon.tsx'
import type { FramedSource, Framing } from './framing.ts'
import { Panels } from './panels/drawers/Panels.tsx'
import { FacesPanel } from './panels/FaceParts.tsx'
import { Reading } from './panels/reading/Reading.tsx'
import { SourceRow } from './panels/sources/SourceRow.tsx'
import { Stage } from './panels/stage/Stage.tsx'
import { StatusBar } from './panels/status/StatusBar.tsx'
import { Timeline } from './panels/timeline/Timeline.tsx'
import type { PageSession } from './session/page-session.ts'
import type { NamedFile } from './session/queued-file.ts'
import { showReading } from './shown.ts'
import { useStore } from './store.ts'
import { useDrop } from './use-drop.ts'
import { narrow } from './use-media.ts'
import { createView, type Page, PageProvider, type ViewState } from './view.ts'
import { words } from './words.ts'

interface Props {
  readonly session: PageSession
  /** Panels and readings that are on show at first. */
  readonly firstView?: Partial<ViewState> | undefined
  readonly framing?: Framing | undefined
  /** Builds models; its worker starts at the first request. */
  readonly firstBuildSession?: BuildSession | undefined
}

/** The whole page. */
export function App({ session, firstView, framing, firstBuildSession }: Props) {
  const [view] = useState(() => createView(firstView))
  const [buildSession] = useState(() => firstBuildSession ?? new BuildSession(new BuildClient()))
  const picker = useRef<HTMLInputElement>(null)
  const page = useMemo<Page>(
    () => ({ session, view, buildSession, pickFile: () => picker.current?.click() }),
    [session, view, buildSession],
  )
  const open = (files: readonly NamedFile[]) => void session.actions.openFiles(files)
  const isDropping = useDrop(open)
  useKeys(page)
  useNewest(page)
  useFirstSource(page, framing?.source)
  return (
    <PageProvider value={page}>
      <div className={styles.page} data-bare={framing?.isBare || undefined}>
        <a className={styles.skip} href="#reading">
          {words.skip}
        </a>
        {framing?.isBare ? <BareTop /> : <Top page={page} />}
        <main className={styles.main}>
          <div className={styles.stage}>
            <Stage />
          </div>
          <section id="reading" className={styles.reading} aria-label={words.reading} tabIndex={-1}>
            <Reading />
          </section>
          <div className={styles.measured}>
            <FacesPanel />
          </div>
          <div className={styles.timeline}>
            <Timeline />
          </div>
          <FilePicker
            ref={picker}
            label={words.videoFile}
            accept={readableFiles}
            isMultiple
            onFiles={(files) => open(files.map((file) => ({ file, name: file.name })))}
          />
        </main>
        <footer className={styles.footer}>
          <StatusBar />
          <p className={styles.promise}>
            <span>{words.apparent}</span> <span>{words.staysHere}</span>
          </p>
        </footer>
        <Announcer session={session} />
        {isDropping && (
          <p className={styles.drop}>
            <span>{words.drop}</span>
          </p>
        )}
      </div>
      <Panels />
    </PageProvider>
  )
}

/** In another page's frame: the sources, and no head. */
function BareTop() {
  return (
    <div className={styles.bare}>
      <h1 className="unseen">{words.name}</h1>
      <div className={styles.sources}>
        <SourceRow />
      </div>
    </div>
  )
}

function Top({ page: { view } }: { readonly page: Page }) {
  return (
    <header className={styles.header}>
      <img className={styles.mark} src="./icon.svg" alt="" width={28} height={28} />
      <h1 className={styles.name}>{words.name}</h1>
      <p className={styles.purpose}>{words.purpose}</p>
      <div className={styles.sources}>
        <SourceRow />
      </div>
      <div className={styles.tools}>
        <Button kind="quiet" isSquare aria-label={words.help} onClick={() => view.update({ panel: 'help' })}>
          <Icon name="help" />
        </Button>
        <ActionMenu label={words.allActions} isSquare>
          <Icon name="more" />
        </ActionMenu>
      </div>
    </header>
  )
}

/** The one live region of the page; what may be said when is `session/speech.ts`'s to decide. Dialogs do not hide it. */
function Announcer({ session }: { readonly session: PageSession }) {
  const announcement = useStore(session.store, (state) => state.announcement)
  return (
    <p className="unseen" role="status" aria-live="polite" data-live-announcer="true">
      {announcement}
    </p>
  )
}

/** Shows the newest reading again when another source is opened. */
function useNewest(page: Page): void {
  const source = useStore(page.session.store, (state) => state.source)
  const before = useRef(source)
  useEffect(() => {
    if (before.current === source) return
    before.current = source
    showReading(page, undefined)
  }, [page, source])
}

/**
 * Begins with what the address asks for, as if it had been chosen. A camera is always asked about first: the
 * address may have been written by somebody else, even where this person has agreed to the camera before.
 */
function useFirstSource(page: Page, source: FramedSource | undefined): void {
  const isBegun = useRef(false)
  useEffect(() => {
    if (!source || isBegun.current) return
    isBegun.current = true
    if (source === 'camera') page.view.update({ question: 'consent' })
    else runAction(page, actionOf(source))
  }, [page, source])
}

function useKeys(page: Page): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const { panel, question, sheet } = page.view.get()
      const target = event.target instanceof Element ? event.target : null
      const isSheet = sheet && matchMedia(narrow).matches
      const place = panel || question || isSheet ? 'dialog' : placeOf(target)
      if (event.key === 'Escape' && place !== 'dialog' && page.session.store.get().problem) {
        page.session.actions.dismissProblem()
        return
      }
      const { key, ctrlKey, metaKey, altKey, repeat, isComposing } = event
      const { areKeysOn } = page.session.store.get().settings
      const action = actionForKey({ key, ctrlKey, metaKey, altKey, repeat, isComposing, place }, areKeysOn)
      if (action && runAction(page, action)) event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [page])
}
