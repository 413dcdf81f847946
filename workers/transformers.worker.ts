import { expose } from 'comlink'
import { installErrorTransfer } from '../src/base/error-transfer.ts'
import { TransformersHost } from '../src/readers/transformers/host.ts'

installErrorTransfer()
expose(new TransformersHost())
