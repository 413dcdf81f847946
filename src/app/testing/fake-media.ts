import { vi } from 'vitest'

/** A camera's or a screen's track that gives no frames. */
export class FakeTrack extends EventTarget {
  readonly kind = 'video'
  readonly muted = false
  /** Ended from the first, so that no frames are taken from it. */
  readonly readyState = 'ended'
  isStopped = false

  constructor(readonly label: string) {
    super()
  }

  getSettings(): MediaTrackSettings {
    return { deviceId: this.label }
  }

  stop(): void {
    this.isStopped = true
  }

  /** The device went away. */
  end(): void {
    this.dispatchEvent(new Event('ended'))
  }
}

/** A question of the browser's for a camera or a screen, which a test answers. */
export interface MediaQuestion {
  /** What the page wishes. */
  readonly asked: MediaStreamConstraints | undefined
  readonly allow: (label: string) => FakeTrack
  readonly deny: () => void
}

/** Puts cameras and screens in the place of the browser's; answers are given by the test, in any order. */
export function fakeMedia(): readonly MediaQuestion[] {
  const questions: MediaQuestion[] = []
  const ask = (asked?: MediaStreamConstraints) =>
    new Promise<MediaStream>((resolve, reject) => {
      questions.push({
        asked,
        allow: (label) => {
          const track = new FakeTrack(label)
          resolve({ getTracks: () => [track], getVideoTracks: () => [track] } as unknown as MediaStream)
          return track
        },
        deny: () => reject(new DOMException('no', 'NotAllowedError')),
      })
    })
  vi.stubGlobal('navigator', {
    mediaDevices: { getUserMedia: ask, getDisplayMedia: ask, enumerateDevices: async () => [] },
  })
  return questions
}
