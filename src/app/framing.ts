/** How another page shows this one in a frame. */
export interface Framing {
  /** Without the page's own header: the surrounding page says where the frame comes from. */
  readonly isBare: boolean
  /** The source to begin with; a camera asks first. Not a screen: browsers share one only after a press. */
  readonly source: FramedSource | undefined
}

export const framedSources = ['camera', 'drawn', 'sample'] as const
/** The id of the action that opens the source. */
export type FramedSource = (typeof framedSources)[number]

/** `?embed=1&source=camera`; unknown values are ignored. */
export function framingFrom(parameters: URLSearchParams): Framing {
  return {
    isBare: parameters.get('embed') === '1',
    source: framedSources.find((each) => each === parameters.get('source')),
  }
}
