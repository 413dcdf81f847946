/** A screen that stories are shown on. */
export interface Size {
  readonly width: number
  readonly height: number
  /** How many pixels, across and down, become one of the thumbnail on the contact sheet. */
  readonly shrink: number
}

/** The sizes that pictures are taken at. */
export const pictureSizes: readonly Size[] = [
  { width: 1440, height: 900, shrink: 5 },
  { width: 1280, height: 720, shrink: 5 },
  { width: 768, height: 1024, shrink: 4 },
  { width: 390, height: 844, shrink: 3 },
]

/** The sizes that axe looks at: the smallest phone counts, too. */
export const checkedSizes: readonly Size[] = [...pictureSizes, { width: 320, height: 640, shrink: 3 }]

export const themes = ['light', 'dark'] as const
export type Theme = (typeof themes)[number]

/** One way to look at every story. */
export interface Look {
  readonly size: Size
  readonly theme: Theme
}

/** Every size in every theme. */
export function looksOf(sizes: readonly Size[]): readonly Look[] {
  return sizes.flatMap((size) => themes.map((theme) => ({ size, theme })))
}

/** `1440x900-light` */
export function lookName({ size, theme }: Look): string {
  return `${size.width}x${size.height}-${theme}`
}
