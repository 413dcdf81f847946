import { expose } from 'comlink'
import { BuildHost } from './build-host.ts'
import { installErrorTransfer } from './wire.ts'

installErrorTransfer()
expose(new BuildHost())
