import type { Manifest } from './manifest.ts'

/** The license that a bundle states, in one line. */
export function licenceText({ license }: Pick<Manifest, 'license'>): string {
  return license.name ?? license.link ?? license.text?.split('\n', 1)[0] ?? 'not stated'
}
