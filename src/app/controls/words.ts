/** What the controls say by themselves: one catalog, so that it can be reviewed at once, and translated. */
export const words = {
  close: (title: string) => `Close ${title}`,
  notNow: 'Not now',
  tones: { info: 'Note', warn: 'Please note', danger: 'Problem' },
} as const
