import { expose } from 'comlink'
import { installErrorTransfer } from '../src/base/error-transfer.ts'
import { FaceFollower } from '../src/faces/face-follower.ts'
import { openFaceNetworks } from '../src/faces/networks/open-face-networks.ts'
import { FacesHost } from '../src/faces/worker/host.ts'

installErrorTransfer()
expose(new FacesHost({ openNetworks: openFaceNetworks, makeFollower: (networks) => new FaceFollower(networks) }))
