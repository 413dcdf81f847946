import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import type { Page } from '@playwright/test'
import { DirectoryFiles } from '../cli/directory-files.ts'
import { fixtureFolder } from '../scripts/fixture-bundle.ts'
import { ModelHub } from '../scripts/model-hub.ts'
import type { Manifest } from '../src/manifest/manifest.ts'
import { CheckpointServer } from './checkpoint-server.ts'
import { expect as expectSoon, test } from './page.ts'

/** A build takes a while on a busy machine. */
const expect = expectSoon.configure({ timeout: 120_000 })

const checkpoint = 'fixtures/data/checkpoint'
const name = 'tiny-checkpoint-q4'

/** What the command line makes of the same checkpoint with the same options. */
async function builtByCommand(): Promise<{ readonly manifest: Manifest; readonly folder: string }> {
  const folder = join(await mkdtemp(join(tmpdir(), 'videmo-build-')), 'bundle')
  const args = [
    'tsx',
    'cli/main.ts',
    'build',
    '--checkpoint',
    checkpoint,
    '--dtype',
    'q4',
    '--out',
    folder,
    '--no-check',
  ]
  await promisify(execFile)('npx', args)
  return { manifest: JSON.parse(await readFile(join(folder, 'manifest.json'), 'utf8')), folder }
}

interface StoredFiles {
  readonly manifest: Manifest
  /** SHA-256 of the bytes on disk, by path. */
  readonly hashes: Readonly<Record<string, string>>
}

/** The bundles that the page has in its store, as they lie there. */
async function stored(page: Page): Promise<StoredFiles[]> {
  return page.evaluate(async () => {
    const top = await navigator.storage.getDirectory()
    const bundles = await top.getDirectoryHandle('bundles', { create: true })
    const found = []
    for await (const folder of bundles.values()) {
      if (!(folder instanceof FileSystemDirectoryHandle)) continue
      await folder.getFileHandle('complete.json')
      const manifest = JSON.parse(await (await (await folder.getFileHandle('manifest.json')).getFile()).text())
      const files = await folder.getDirectoryHandle('files')
      const hashes: Record<string, string> = {}
      for await (const [path, handle] of files.entries()) {
        if (!(handle instanceof FileSystemFileHandle)) continue
        const bytes = await (await handle.getFile()).arrayBuffer()
        const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
        hashes[path] = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
      }
      found.push({ manifest, hashes })
    }
    return found
  })
}

type Sent = CheckpointServer['sent']

/** Bytes of the later answers that were in earlier ones, too. */
function overlap(earlier: Sent, later: Sent): number {
  return later.reduce((sum, { path, first, last }) => {
    const had = new Uint8Array(last + 1 - first)
    for (const each of earlier) {
      if (each.path === path) had.fill(1, Math.max(0, each.first - first), Math.max(0, each.last + 1 - first))
    }
    return sum + had.reduce((count, one) => count + one, 0)
  }, 0)
}

async function look(page: Page, address: string): Promise<void> {
  await page.getByLabel(/Name on the hub/).fill(address)
  await page.getByRole('button', { name: 'Show size and license' }).click()
}

test('a checkpoint is built in the page, over a reload, to the bytes that the command line makes', async ({
  page,
  reader,
  watch,
}) => {
  const host = await CheckpointServer.start()
  watch.allowedOrigins.push(host.origin)
  const command = builtByCommand()
  const dialog = page.getByRole('dialog')
  try {
    await page.goto('?test&unchecked')
    await reader.openPanel('Build a model')

    await test.step('what is none says so', async () => {
      await look(page, 'nonsense')
      await expect(dialog.getByRole('alert')).toContainText('is not an address of a checkpoint')
      await dialog.getByRole('button', { name: 'Back' }).click()
    })

    await test.step('sizes, room and license come before the first weight', async () => {
      await look(page, host.url)
      await expect(dialog).toContainText(`Build ${name}?`)
      await expect(dialog).toContainText('3.4 MB')
      await expect(dialog).toContainText('The checkpoint states none')
      expect(host.sentBytes).toBe(0)
    })

    await test.step('a reload in the middle loses nothing that was finished', async () => {
      host.stallAfter(1_000_000)
      await dialog.getByRole('button', { name: 'Accept and build' }).click()
      await expect(dialog).toContainText(/\d (kB|MB) of 3\.4 MB read/)
      await expect.poll(() => host.sentBytes).toBeGreaterThanOrEqual(1_000_000)
      // What has come is worked through, as far as it goes.
      await expect(async () => {
        const said = await dialog.textContent()
        await page.waitForTimeout(1500)
        expect(await dialog.textContent()).toBe(said)
      }).toPass()
      await page.reload()
      host.goOn()
    })

    const before = host.sent.slice()
    let leftBytes = 0
    const sentBefore = host.sentBytes
    await test.step('it goes on where it was, and ends', async () => {
      await reader.openPanel('Build a model')
      await dialog.getByRole('button', { name: `Resume ${name}` }).click()
      await expect(dialog).toContainText('the rest was worked through before')
      leftBytes = Number(/To be fetched\s*([\d.]+) MB of/.exec((await dialog.textContent()) ?? '')?.[1]) * 1e6
      await dialog.getByRole('button', { name: 'Accept and build' }).click()
      await expect(dialog).toContainText(`${name} is built`)
    })
    const sentAfter = host.sentBytes - sentBefore
    const sentAgain = overlap(before, host.sent.slice(before.length))

    const { manifest: expected, folder } = await command
    const built = (await stored(page)).find(({ manifest }) => manifest.source.origin === host.url)
    if (!built) throw new Error('nothing was built')
    const { manifest, hashes } = built
    console.log(
      `    bytes of weights sent: ${sentBefore} before the reload, ${sentAfter} after it, ${sentAgain} of them again`,
    )
    for (const { path, sha256 } of expected.files) {
      console.log(`    ${path}: command ${sha256.slice(0, 16)}…, browser ${hashes[path]?.slice(0, 16)}…`)
      expect(hashes[path], path).toBe(sha256)
    }
    // Again comes what belongs to the weight in hand, and what was fetched ahead of it: nothing of what was finished.
    expect(sentBefore - sentAgain).toBeGreaterThan(500_000)
    expect(leftBytes).toBeLessThan(3_000_000)
    expect(sentAfter).toBeLessThanOrEqual(leftBytes + 50_000)
    const { source, license, check, checkedBy, ...same } = manifest
    const { source: _source, license: _license, ...expectedSame } = expected
    expect(same).toEqual(expectedSame)
    expect(source.origin).toBe(host.url)
    expect(license).toEqual({ link: host.url })
    expect([checkedBy, check?.steps.length]).toEqual(['onnxruntime-web', 3])

    await test.step('it is exported as a zip, and to a folder', async () => {
      await page.evaluate(() => {
        globalThis.showSaveFilePicker = undefined
        globalThis.showDirectoryPicker = async () =>
          (await navigator.storage.getDirectory()).getDirectoryHandle('exported', { create: true })
      })
      const download = page.waitForEvent('download')
      await dialog.getByRole('button', { name: `Save ${name} as a zip` }).click()
      const zip = await readFile(await (await download).path())
      for (const { path } of expected.files) {
        const bytes = await readFile(join(folder, path))
        // Nothing is compressed: every file lies in it as it is.
        expect(zip.includes(Buffer.from(`${name}/${path}`)), path).toBe(true)
        expect(zip.includes(bytes), path).toBe(true)
      }
      await expect(dialog).toContainText(`${name} is exported`)
      await dialog.getByRole('button', { name: `Export ${name} to a folder` }).click()
      await expect(dialog).toContainText('Put the folder on any static host')
      const copied = await page.evaluate(async (name) => {
        const top = await navigator.storage.getDirectory()
        const folder = await (await top.getDirectoryHandle('exported')).getDirectoryHandle(name)
        const sizes: Record<string, number> = {}
        for await (const [path, handle] of folder.entries()) {
          if (handle instanceof FileSystemFileHandle) sizes[path] = (await handle.getFile()).size
        }
        return sizes
      }, name)
      for (const { path, bytes } of expected.files) expect(copied[path], path).toBe(bytes)
      expect(copied['manifest.json']).toBeGreaterThan(0)
    })

    await test.step('it is loaded like any other', async () => {
      await dialog
        .getByRole('button', { name: `Load it now: ${name}` })
        .first()
        .click()
      await expect(dialog).toHaveCount(0)
      await reader.openPanel('Model')
      await expect(dialog).toContainText(`In use: ${name}`)
      await expect(dialog).toContainText('this browser, where it was built')
    })
    await rm(join(folder, '..'), { recursive: true, force: true })
  } finally {
    host.close()
  }
})

test('a folder is built; a lost connection keeps what is finished, and another version of the source begins anew', async ({
  page,
  reader,
  watch,
}) => {
  watch.expectedErrors.push(/Failed to load resource/)
  const host = await CheckpointServer.start()
  watch.allowedOrigins.push(host.origin)
  const dialog = page.getByRole('dialog')
  try {
    await page.goto('?test&unchecked')
    await reader.openPanel('Build a model')

    await test.step('a folder without a checkpoint says what it holds', async () => {
      await page.getByLabel('Checkpoint folder').setInputFiles('docs')
      await expect(dialog.getByRole('alert')).toContainText('docs holds no checkpoint')
      await expect(dialog.getByRole('alert')).toContainText('architecture.md')
      await dialog.getByRole('button', { name: 'Back' }).click()
    })

    await test.step('a folder is dropped', async () => {
      const place = await dialog.getByLabel(/Name on the hub/).boundingBox()
      if (!place) throw new Error('nowhere to drop')
      const devtools = await page.context().newCDPSession(page)
      const data = { items: [], files: [resolve(checkpoint)], dragOperationsMask: 1 }
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
        await devtools.send('Input.dispatchDragEvent', { type, x: place.x + 5, y: place.y + 5, data })
      }
      await expect(dialog).toContainText('the folder checkpoint')
      await dialog.getByRole('button', { name: 'Not now' }).click()
    })

    await test.step('a folder of this machine, chosen one level too high', async () => {
      await page.getByLabel('Checkpoint folder').setInputFiles('fixtures/data')
      await expect(dialog).toContainText('the folder checkpoint')
      await dialog.getByRole('button', { name: 'Accept and build' }).click()
      await expect(dialog).toContainText('checkpoint-q4 is built')
      const built = (await stored(page)).find(({ manifest }) => manifest.source.origin === 'checkpoint')
      const expected: Manifest = JSON.parse(await readFile(join(fixtureFolder, 'manifest.json'), 'utf8'))
      expect(built?.manifest.files).toEqual(expected.files)
      await dialog.getByRole('button', { name: 'Build another' }).click()
    })

    await test.step('a lost connection', async () => {
      await look(page, host.url)
      host.stallAfter(800_000)
      await dialog.getByRole('button', { name: 'Accept and build' }).click()
      await expect.poll(() => host.sentBytes).toBeGreaterThanOrEqual(800_000)
      host.cut()
      await expect(dialog.getByRole('alert')).toContainText('Every weight that was finished is kept')
      host.isCut = false
    })

    await test.step('pause, and a stop that keeps what is finished', async () => {
      host.stallAfter(Number.POSITIVE_INFINITY)
      host.stallFile('model-00005-of-00005.safetensors')
      await dialog.getByRole('button', { name: 'Resume', exact: true }).click()
      await expect(dialog).toContainText(/Resumes after \d.* that were read before/)
      await dialog.getByRole('button', { name: 'Pause' }).click()
      await expect(dialog).toContainText('read · paused')
      await dialog.getByRole('button', { name: 'Stop' }).click()
      await expect(dialog).toContainText('Begun earlier')
    })

    await test.step('another version of the source', async () => {
      host.version = '2'
      host.goOn()
      await dialog.getByRole('button', { name: `Resume ${name}` }).click()
      await dialog.getByRole('button', { name: 'Accept and build' }).click()
      // What was kept is not mixed with it.
      await expect(dialog).toContainText('it starts again')
      await expect(dialog).toContainText(`${name} is built`)
      const built = (await stored(page)).filter(({ manifest }) => manifest.dtype === 'q4')
      expect(built).toHaveLength(2)
      expect(built[0].hashes).toEqual(built[1].hashes)
    })
  } finally {
    host.close()
  }
})

test('a hub that limits requests, refuses one and lets its signatures run out gives the same bytes', async ({
  page,
  reader,
  watch,
}) => {
  watch.expectedErrors.push(/Failed to load resource/, /CORS policy/)
  const hub = await ModelHub.start(new DirectoryFiles(checkpoint))
  watch.allowedOrigins.push(...hub.origins)
  const dialog = page.getByRole('dialog')
  const wait = dialog.getByRole('timer')
  const refused = async (refusal: 'RepoNotFound' | 'GatedRepo' | 'RevisionNotFound', said: string) => {
    hub.habits.refusal = refusal
    await look(page, hub.url())
    await expect(dialog.getByRole('alert')).toContainText(said)
    await expect(dialog.getByRole('alert')).not.toContainText('CORS')
    await dialog.getByRole('button', { name: 'Back' }).click()
  }
  try {
    await page.goto('?test&unchecked')
    await reader.openPanel('Build a model')

    await test.step('refusals are told for what they are', async () => {
      await refused('RepoNotFound', 'there is no model of this name, or it is private')
      await refused('GatedRepo', 'only to accounts that have accepted its terms')
      await refused('RevisionNotFound', 'no branch, tag or commit “main”')
      hub.habits.refusal = undefined
    })

    await test.step('a wait is shown, and can be left', async () => {
      Object.assign(hub.habits, { limited: 1, answeredFirst: hub.resolves + 2 })
      await look(page, hub.url())
      // The hub does not let other sites read how long.
      await expect(wait).toContainText('limits how often it may be asked')
      await expect(wait).toContainText(/asked again in 0:0\d/)
      const asked = hub.resolves
      await dialog.getByRole('button', { name: 'Back' }).click()
      await expect(dialog).toContainText('Build from the official checkpoint')
      expect(hub.resolves).toBe(asked)
    })

    await test.step('a build passes over all of it', async () => {
      await look(page, `${hub.url()}config.json?download=true`)
      await expect(dialog).toContainText('3.4 MB')
      Object.assign(hub.habits, { limited: 1, answeredFirst: hub.resolves + 18, forbidden: 1 })
      Object.assign(hub.habits, {
        signatureMs: 200,
        lateMs: 400,
        isExpiryHidden: true,
        trickle: { bytes: 65_536, pauseMs: 30 },
      })
      await dialog.getByRole('button', { name: 'Accept and build' }).click()
      await expect(wait).toContainText('limits how often it may be asked')
      await expect(dialog.getByRole('button', { name: 'Stop' })).toBeVisible()
      await expect(dialog).toContainText('is built')
      await expect(wait).toHaveCount(0)
    })

    expect(hub.refused).toEqual(expect.arrayContaining([429, 403]))
    expect(hub.referrers).toEqual([])
    const built = (await stored(page)).find(({ manifest }) => manifest.source.origin === hub.url())
    const expected: Manifest = JSON.parse(await readFile(join(fixtureFolder, 'manifest.json'), 'utf8'))
    for (const { path, sha256 } of expected.files.filter(({ path }) => /\.onnx$|\.\d+$/.test(path))) {
      expect(built?.hashes[path], path).toBe(sha256)
    }
  } finally {
    hub.close()
  }
})
