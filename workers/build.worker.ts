import { expose } from 'comlink'
import { installErrorTransfer } from '../src/base/error-transfer.ts'
import { BuildHost } from '../src/build-worker/host.ts'

installErrorTransfer()
expose(new BuildHost())
