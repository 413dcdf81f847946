/** How far back the ribbons go; `src/reading/probe-history.ts` keeps as much, and what smoothing reaches before that. */
export const ribbonS = 60
