import { findWebKit } from '../../scripts/find-browsers.ts'
import { describeVisits } from './visits.ts'
import { startWebKit } from './webkit.ts'

describeVisits('WebKitGTK', findWebKit(), startWebKit, { isCameraOptional: true })
