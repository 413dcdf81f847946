import type { Notice } from './notices.ts'
import { words } from './words.ts'

interface NoticeText {
  /** The chip. */
  readonly title: string
  readonly cause?: string
  readonly action?: string
  readonly tone: 'info' | 'warn'
}

/** What a notice says: in one line, and in full. */
export function noticeText(notice: Notice): NoticeText {
  switch (notice.kind) {
    case 'update': {
      const { title, fresh, forgets } = words.update
      return { title, cause: notice.readings === 0 ? fresh : forgets(notice.readings), tone: 'info' }
    }
    case 'lost-load': {
      const { title, cause, action } = words.lost
      return { title: title(notice.lost.name), cause: cause(notice.lost), action, tone: 'warn' }
    }
    case 'no-model':
      return { ...words.noneLoaded, tone: 'warn' }
    case 'evicted': {
      const { title, cause, action } = words.evicted
      return { title, cause: cause(notice.models), action, tone: 'warn' }
    }
    case 'random-weights':
      return { ...words.random, tone: 'warn' }
    case 'not-for-real-faces':
      return { ...words.strange, tone: 'warn' }
    case 'on-the-processor':
      return { ...words.processor, cause: notice.text, tone: 'info' }
    case 'bundle': {
      // The first sentence says what happened, the others why and what to do.
      const [title, ...rest] = notice.text.split(/(?<=\.) /)
      const cause = rest.join(' ')
      return { title, ...(cause ? { cause } : {}), tone: 'info' }
    }
  }
}
