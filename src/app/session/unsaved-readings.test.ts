import { expect, it } from 'vitest'
import { Store } from '../store.ts'
import { blankState } from '../testing/fake-session.ts'
import type { RecordedReading } from './session-state.ts'
import { askBeforeLeaving } from './unsaved-readings.ts'

it('asks before the page is left while there are readings that were not saved, and listens at no other time', () => {
  const store = new Store(blankState)
  const page = new EventTarget()
  askBeforeLeaving(store, page)
  const isAsked = () => !page.dispatchEvent(new Event('beforeunload', { cancelable: true }))
  const reading = {} as RecordedReading
  expect(isAsked()).toBe(false)
  store.update({ recording: [reading] })
  expect(isAsked()).toBe(true)
  store.update({ savedReadings: 1 })
  expect(isAsked()).toBe(false)
  store.update({ recording: [reading, reading] })
  expect(isAsked()).toBe(true)
  store.update({ recording: [], savedReadings: 0 })
  expect(isAsked()).toBe(false)
})
