import { expose } from 'comlink'
import { EngineHost } from './engine-host.ts'
import { installErrorTransfer } from './wire.ts'

installErrorTransfer()
expose(new EngineHost())
