/**
 * `npm run reference`: the API reference, made from the docstrings of what `videmo-web` and `videmo-web/node` export, as
 * static pages in `dist/reference/` or in the folder given. They load nothing from elsewhere, and a content policy in each
 * says so.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Application, LogLevel } from 'typedoc'

const root = resolve(fileURLToPath(new URL('../..', import.meta.url)))

/** Tighter than the page's own, which a host sends beside it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ')

/** Writes the pages. Throws Error where the sources do not compile, or a link in a docstring leads nowhere. */
async function writeReference(folder: string): Promise<void> {
  const app = await Application.bootstrap({
    name: 'VidEmo for the web',
    entryPoints: ['src/embed/api.ts', 'cli/index.ts'].map((path) => join(root, path)),
    tsconfig: fileURLToPath(new URL('tsconfig.json', import.meta.url)),
    basePath: root,
    readme: 'none',
    disableSources: true,
    disableGit: true,
    excludeExternals: true,
    excludePrivate: true,
    githubPages: false,
    favicon: join(root, 'public/icon.svg'),
    hideGenerator: true,
    includeHierarchySummary: false,
    validation: { notExported: false, invalidLink: true, rewrittenLink: true, notDocumented: true },
    requiredToBeDocumented: ['Function', 'Class', 'Interface', 'TypeAlias', 'Variable'],
    // Fields of the recording's two versions share their comments, of which it warns one by one.
    logLevel: LogLevel.Error,
  })
  const project = await app.convert()
  if (!project) throw new Error('The sources do not compile with the TypeScript that the reference is made with.')
  app.logger.level = LogLevel.Warn
  const before = app.logger.warningCount
  app.validate(project)
  if (app.logger.warningCount > before) throw new Error('The docstrings are not as they should be; see above.')
  await app.generateDocs(project, folder)
  await underPolicy(folder)
}

/** Puts the policy into every page, and its one inline script, which the policy forbids, into a file. */
async function underPolicy(folder: string): Promise<void> {
  const inline = /<script>([^<]*)<\/script>/
  let theme = ''
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.html')) continue
    const path = join(entry.parentPath, entry.name)
    const page = await readFile(path, 'utf8')
    const [, base = './'] = /data-base="([^"]*)"/.exec(page) ?? []
    theme = inline.exec(page)?.[1] ?? theme
    const changed = page
      .replace(/<head>/, `<head><meta http-equiv="Content-Security-Policy" content="${policy}"/>`)
      .replace(inline, `<script src="${join(base, 'assets/theme.js')}"></script>`)
    await writeFile(path, changed)
  }
  await writeFile(join(folder, 'assets/theme.js'), theme)
  const main = join(folder, 'assets/main.js')
  const code = await readFile(main, 'utf8')
  if (!code.includes(filterStyle)) throw new Error('typedoc makes its filters in another way: see underPolicy.')
  await writeFile(main, code.replace(filterStyle, filterSheet))
}

/** How the reference's own script hides what a person filters out, which the policy forbids; and how it may. */
const filterStyle = 'document.head.appendChild(document.createElement("style"))'
const filterSheet =
  '(()=>{const s=new CSSStyleSheet();let x="";document.adoptedStyleSheets.push(s);' +
  'return{dataset:{},get innerHTML(){return x},set innerHTML(t){s.replaceSync(x=t)}}})()'

await writeReference(resolve(process.argv[2] ?? join(root, 'dist/reference')))
