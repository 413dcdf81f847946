import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chromium } from 'playwright'
import { findChromium } from './find-chromium.ts'

/**
 * Sees to it that there is a Chromium: the system's, Playwright's own, or one installed now, by Playwright or else, as
 * root on Debian, by apt. Throws when none can be had.
 */
export function ensureChromium(): void {
  if (findChromium() !== undefined || existsSync(chromium.executablePath())) return
  const attempts = [
    ['npx', 'playwright', 'install', 'chromium'],
    ['apt-get', 'update'],
    ['apt-get', 'install', '-y', 'chromium'],
  ]
  for (const [command, ...args] of attempts) {
    spawnSync(command, args, { stdio: 'inherit' })
    if (findChromium() !== undefined || existsSync(chromium.executablePath())) return
  }
  throw new Error('No Chromium was found and none could be installed: install one and name it in CHROMIUM_PATH.')
}
