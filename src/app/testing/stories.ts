import { claimStories } from './stories/claim-stories.ts'
import { drawerStories } from './stories/drawer-stories.ts'
import { drawnStories } from './stories/drawn-stories.ts'
import { faceStories } from './stories/face-stories.ts'
import { fileStories } from './stories/file-stories.ts'
import { firstStories } from './stories/first-stories.ts'
import { modelStories } from './stories/model-stories.ts'
import { readingStories } from './stories/reading-stories.ts'
import { sourceStories } from './stories/source-stories.ts'
import { statusStories } from './stories/status-stories.ts'
import { timelineStories } from './stories/timeline-stories.ts'
import type { Teller } from './story-states.ts'

/** Every state that the page can be in, by its name: `camera/refused`. */
export const stories: Readonly<Record<string, Teller>> = {
  ...firstStories,
  ...sourceStories,
  ...fileStories,
  ...drawnStories,
  ...faceStories,
  ...readingStories,
  ...claimStories,
  ...modelStories,
  ...statusStories,
  ...timelineStories,
  ...drawerStories,
}
