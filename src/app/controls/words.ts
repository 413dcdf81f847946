/** What the controls say by themselves: one catalogue, so that it can be reviewed at once, and translated. */
export const words = {
  close: (title: string) => `Close ${title}`,
  notNow: 'Not now',
} as const
