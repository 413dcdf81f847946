import { type RefObject, useEffect, useMemo, useRef } from 'react'
import type { FacesMoment } from '../../../affect/measures.ts'
import type { TrackId } from '../../../affect/track.ts'
import { measuredFace } from '../../session/faces-state.ts'
import { isShownMirrored, type Source } from '../../session/session-state.ts'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import { cleared } from './canvas-size.ts'
import styles from './FacesOverlay.module.css'
import { drawMesh, drawOutlines } from './outlines.ts'
import { faceAt, placingOf } from './placing.ts'
import type { ShownFaces } from './shown-faces.ts'
import { useDrawing } from './use-drawing.ts'
import { useShownFaces } from './use-shown-faces.ts'

/** Outlines and numbers of the followed faces over the picture, in step with it. A click on a face chooses it. */
export function FacesOverlay({ source }: { readonly source: Source }) {
  const { session } = usePage()
  const { store, facesBoard: board } = session
  const canvas = useRef<HTMLCanvasElement>(null)
  const faces = useShownFaces(source)
  const measured = useStore(store, (state) => measuredFace(state.faces, state.shownTrack)?.track)
  const isOn = useStore(store, ({ faces: { status } }) => status.state !== 'off' && status.state !== 'failed')
  const { areOutlinesShown, isMeshShown, who } = useStore(store, (state) => state.settings.faces)
  const isMirrored = useStore(store, ({ settings }) => isShownMirrored(source, settings))
  const draw = useMemo(() => {
    let drawn: FacesMoment | undefined
    let look: ReturnType<typeof lookOf> | undefined
    return (element: HTMLCanvasElement, isNew: boolean) => {
      const moment = isOn ? faces.moment() : undefined
      if (!isNew && moment === drawn) return
      drawn = moment
      const context = cleared(element)
      const placing = moment && placingOf(shownSize(element), moment, isMirrored)
      if (!context || !placing) return
      if (isNew || !look) look = lookOf(element)
      const { read, others, ground, family } = look
      // Landmarks are kept of the newest moment only.
      if (isMeshShown && moment === board.latest()) {
        for (const { track } of moment.faces) {
          const points = board.mesh(track)
          if (points) drawMesh(context, points, placing, track === measured ? read : others)
        }
      }
      if (areOutlinesShown) {
        const isRead = (track: string) => who === 'all' || track === measured
        drawOutlines(context, moment, placing, { colors: { read, others, ground }, isRead, family })
      }
    }
  }, [faces, board, measured, isOn, areOutlinesShown, isMeshShown, who, isMirrored])
  useDrawing(canvas, faces, draw)
  useFaceClicks(canvas, areOutlinesShown ? faces : undefined, isMirrored, measured)
  return (
    <div className={styles.place} aria-hidden="true">
      <canvas ref={canvas} className={styles.overlay} />
    </div>
  )
}

/** Of what is drawn, CSS px; asks for no layout. */
function shownSize({ width, height }: HTMLCanvasElement) {
  return { width: width / devicePixelRatio, height: height / devicePixelRatio }
}

function sizeOf({ clientWidth: width, clientHeight: height }: HTMLElement) {
  return { width, height }
}

/** The colors are given to properties of the canvas that show nothing by themselves, so that themes reach it. */
function lookOf(element: HTMLElement) {
  const { color: read, borderTopColor: others, outlineColor: ground, fontFamily: family } = getComputedStyle(element)
  return { read, others, ground, family }
}

/** A click on a face that is not chosen yet chooses it; any other click is the player's. */
function useFaceClicks(
  canvas: RefObject<HTMLCanvasElement | null>,
  faces: ShownFaces | undefined,
  isMirrored: boolean,
  measured: TrackId | undefined,
): void {
  const { actions } = usePage().session
  useEffect(() => {
    const element = canvas.current
    const picture = element?.closest<HTMLElement>('[data-picture]')
    if (!element || !picture || !faces) return
    const under = ({ clientX, clientY, target }: MouseEvent) => {
      const moment = faces.moment()
      if (!moment || !(target instanceof HTMLVideoElement || target instanceof HTMLCanvasElement)) return undefined
      const placing = placingOf(sizeOf(element), moment, isMirrored)
      const { left, top } = element.getBoundingClientRect()
      const track = placing && faceAt(moment, placing, { x: clientX - left, y: clientY - top })
      return track === measured ? undefined : track
    }
    const onMove = (event: MouseEvent) => {
      picture.style.cursor = under(event) ? 'pointer' : ''
    }
    const onClick = (event: MouseEvent) => {
      const track = under(event)
      if (!track) return
      actions.chooseFace(track)
      // Or the player would take it for its own: start, or pause.
      event.preventDefault()
      event.stopPropagation()
      picture.style.cursor = ''
    }
    picture.addEventListener('pointermove', onMove)
    picture.addEventListener('click', onClick, { capture: true })
    return () => {
      picture.removeEventListener('pointermove', onMove)
      picture.removeEventListener('click', onClick, { capture: true })
      picture.style.cursor = ''
    }
  }, [canvas, faces, isMirrored, measured, actions])
}
