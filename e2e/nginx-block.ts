import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const docs = readFileSync(fileURLToPath(new URL('../docs/hosting.md', import.meta.url)), 'utf8')

/** The block for nginx that docs/hosting.md tells people to copy. Throws where there is none. */
export const nginxBlock = fence('nginx')

/** The command that makes its headers, with our folders in place of those of the docs. */
export function headersCommand(dist: string, headersFile: string): string {
  const command = fence('sh')
  return command.replace('dist/_headers', `'${dist}/_headers'`).replace('/srv/videmo.headers', `'${headersFile}'`)
}

/** Whether this machine has nginx. It is in a folder that not everybody's PATH names. */
export const nginxPath = ['nginx', '/usr/sbin/nginx', '/usr/local/bin/nginx', '/opt/homebrew/bin/nginx'].find(
  (path) => spawnSync(path, ['-v']).status === 0,
)

function fence(language: string): string {
  const block = docs
    .split(`\n\`\`\`${language}\n`)
    .slice(1)
    .find((text) => text.includes('videmo'))
  if (!block) throw new Error(`docs/hosting.md has no block of ${language}.`)
  return block.slice(0, block.indexOf('\n```'))
}
