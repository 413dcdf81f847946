/** What the page says of sources: one catalogue, so that it can be reviewed at once, and translated. */
export const words = {
  sources: 'What to watch',
  moreSources: 'More sources',
  source: { camera: 'Camera', file: 'Video', drawn: 'Drawn', screen: 'Screen', sample: 'Sample' },
} as const
