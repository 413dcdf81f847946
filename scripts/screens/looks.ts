/** A screen that stories are shown on. */
export interface Size {
  readonly width: number
  readonly height: number
  /** Of a thumbnail on the contact sheet, as a part of the picture's own size. */
  readonly scale: number
}

/** The sizes that pictures are taken at. */
export const pictureSizes: readonly Size[] = [
  { width: 1440, height: 900, scale: 0.2 },
  { width: 1280, height: 720, scale: 0.2 },
  { width: 768, height: 1024, scale: 0.25 },
  { width: 390, height: 844, scale: 0.3 },
]

/** The sizes that axe looks at: the smallest phone counts, too. */
export const checkedSizes: readonly Size[] = [...pictureSizes, { width: 320, height: 640, scale: 0.3 }]

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
