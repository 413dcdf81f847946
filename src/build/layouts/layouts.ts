import { bundleLayout } from './bundle.ts'
import type { Layout } from './layout.ts'
import { transformersJsLayout } from './transformers-js.ts'

/** All layouts. To add one, write its file and name it here. */
export const layouts = {
  bundle: bundleLayout,
  'transformers.js': transformersJsLayout,
} as const satisfies Readonly<Record<string, Layout>>

export type LayoutName = keyof typeof layouts
