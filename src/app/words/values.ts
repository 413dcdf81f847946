/** Words that stand with values wherever the page shows them. */
export const valueWords = {
  unknown: 'unknown',
  notFinite: 'not finite',
  secondsLeft: 'a few seconds left',
  left: (time: string) => `about ${time} left`,
  face: (number: string) => `Face ${number}`,
  appears: (emotion: string) => `Appears ${emotion}`,
  zip: 'Zip archive',
  notLoaded: 'This part of the page could not be loaded. Check the connection and reload the page.',
} as const

/** Behind the title of the units: said of faces that are followed, before their chunk has come. */
export const measuredNote = ', and below each as it was measured'
