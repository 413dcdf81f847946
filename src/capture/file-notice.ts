/** Something about a file that does not end its reading, and that a person should know. Times on the file's own clock. */
export interface FileNotice {
  readonly code: 'began-late' | 'damaged-part' | 'cut-off-part' | 'nobody-found' | 'nothing-asked'
  readonly message: string
}

/** A part of a video of which no picture could be decoded; `toS` is undefined where nothing follows. */
export interface LostPart {
  readonly fromS: number
  readonly toS: number | undefined
  /** `cut`: the file ends before it; `damage`: the decoder refused it. */
  readonly cause: 'damage' | 'cut'
  /** Frames that would have been taken from it. */
  readonly missedFrames: number
}

/** The file does not begin with a picture that can be decoded by itself. */
export function beganLate(toS: number): FileNotice {
  return {
    code: 'began-late',
    message: `The pictures before ${seconds(toS)} cannot be decoded: they build on one that the file does not hold. The file is read from there on.`,
  }
}

export function lostPart({ fromS, toS, cause }: LostPart, endS: number): FileNotice {
  if (cause === 'cut') {
    const whole = endS > fromS + 0.05 ? `, though it says that it lasts until ${seconds(endS)}` : ''
    return {
      code: 'cut-off-part',
      message: `The file was cut off: its pictures end at ${seconds(fromS)}${whole}. What came before was read; download or copy the file again for the rest.`,
    }
  }
  const where = toS === undefined ? `From ${seconds(fromS)} on` : `From ${seconds(fromS)} to ${seconds(toS)}`
  const then = toS === undefined ? '' : ' The reading resumes after it.'
  return {
    code: 'damaged-part',
    message: `${where} the video could not be decoded; the file is damaged there.${then}`,
  }
}

export function seconds(timeS: number): string {
  return `${timeS.toFixed(timeS < 100 ? 2 : 1)} s`
}

/** An animated image that ends early. */
export function imageCutOff(read: number, of: number): FileNotice {
  return {
    code: 'cut-off-part',
    message: `The image was cut off or is damaged: ${read} of its ${of} frames could be decoded. Those were read.`,
  }
}
