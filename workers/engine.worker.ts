import { expose } from 'comlink'
import { installErrorTransfer } from '../src/base/error-transfer.ts'
import { EngineHost } from '../src/readers/worker/host.ts'

installErrorTransfer()
expose(new EngineHost())
