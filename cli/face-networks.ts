import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { FaceNetworks } from '../src/faces/networks/face-networks.ts'
import { isIntact, type NetworkFile } from '../src/faces/networks/network-files.ts'
import { nodeFaceNetworks } from '../src/faces/networks/node-face-networks.ts'
import { packageRoot, runsFromSource } from './package-root.ts'

/** What is published as the page: with its sources in the repository, built in the installed package. */
const page = join(packageRoot, runsFromSource ? 'public' : 'dist')

/** The face networks on this machine's processor. Throws FaceError `faces-not-loaded`. */
export function openFaceNetworks(): Promise<FaceNetworks> {
  return nodeFaceNetworks(readNetwork)
}

/** Reads a network's file from the disk. Throws Error where it is missing or another one. */
export async function readNetwork(file: NetworkFile): Promise<Uint8Array> {
  const bytes = new Uint8Array(await readFile(join(page, file.path)))
  if (await isIntact(bytes, file)) return bytes
  throw new Error(`${file.path} is not the file that this version needs.`)
}
