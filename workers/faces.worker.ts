import { expose } from 'comlink'
import { installErrorTransfer } from '../src/base/error-transfer.ts'
import { FacesHost } from '../src/faces/worker/host.ts'

installErrorTransfer()
expose(new FacesHost())
