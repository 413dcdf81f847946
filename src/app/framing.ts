/** How another page shows this one in a frame. */
export interface Framing {
  /** Without the page's own head: what surrounds it says where it comes from. */
  readonly isBare: boolean
  /** What it begins with; the camera asks first. Sharing a screen needs a press, so it cannot be one. */
  readonly source: FramedSource | undefined
}

export const framedSources = ['camera', 'drawn', 'sample'] as const
/** By the id of its action. */
export type FramedSource = (typeof framedSources)[number]

/** `?embed=1&source=camera`; what is not known is left out. */
export function framingFrom(parameters: URLSearchParams): Framing {
  return {
    isBare: parameters.get('embed') === '1',
    source: framedSources.find((each) => each === parameters.get('source')),
  }
}
