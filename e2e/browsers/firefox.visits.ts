import { findFirefox } from '../../scripts/find-browsers.ts'
import { startFirefox } from './firefox.ts'
import { describeVisits } from './visits.ts'

describeVisits('Firefox', findFirefox(), startFirefox)
