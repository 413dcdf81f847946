/** All that is shown of followed faces: one chunk, which the page loads when faces are followed. */

export { FacesOverlay } from './FacesOverlay.tsx'
export { FacesPanel } from './FacesPanel.tsx'
export { MeasuredShare } from './MeasuredShare.tsx'
