import { CaptureError } from '../../base/errors.ts'
import { LiveCapture } from '../../capture/live-capture.ts'
import { DrawnFace, type DrawnState } from '../../demo-face/drawn-face.ts'
import type { FaceSetting } from '../../demo-face/live-face.ts'
import { stampOf } from '../../reading/exporters/index.ts'
import { downloadBlob } from '../recording-download.ts'
import type { Store } from '../store.ts'
import type { LiveSource, SessionState } from './session-state.ts'
import { words } from './words.ts'

/** The drawn face as a source of the page, captured as a camera is. */
export class DrawnSource {
  private readonly face: DrawnFace

  constructor(store: Store<SessionState>) {
    this.face = new DrawnFace(store.get().drawn, {
      onChange: (change: Partial<DrawnState>) => store.update({ drawn: { ...store.get().drawn, ...change } }),
      onVideo: (video, extension) =>
        downloadBlob(video, `drawn-face-${stampOf(new Date().toISOString())}.${extension}`),
    })
  }

  /**
   * Begins to draw; it goes on until the capture is stopped.
   *
   * @throws CaptureError `no-canvas-capture`
   */
  open(isUnasked: boolean): { readonly capture: LiveCapture; readonly source: LiveSource } {
    const drawn = this.face.open()
    if (!drawn) throw noCanvasCapture()
    const { canvas, stream, track } = drawn
    const capture = new LiveCapture({ stream, track, isMirrored: false, ended: noCanvasCapture })
    return { capture, source: { kind: 'drawn', name: words.drawnName, stream, canvas, isUnasked } }
  }

  change(change: Partial<FaceSetting>): void {
    this.face.change(change)
  }

  /** Records the picture as a video, or ends that and hands the file to the downloads. */
  record(isOn: boolean): void {
    if (isOn) this.face.record()
    else this.face.endVideo()
  }
}

function noCanvasCapture(): CaptureError {
  return new CaptureError({
    code: 'no-canvas-capture',
    message: 'This browser cannot turn a drawing into a video.',
    action: 'Use a current browser, or open a video or the camera instead.',
  })
}
