import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ESTree, parseSync } from 'vite'

/** A text for a person that stands outside of the catalogs. */
export interface LooseWords {
  readonly line: number
  readonly text: string
}

/** Whether a file is a catalog: `words.ts`, `claim-words.ts`, or one of a folder `words`. */
export function isCatalog(path: string): boolean {
  return /(?:^|[/-])words\.ts$/.test(path) || /(?:^|\/)words\/[^/]+\.ts$/.test(path)
}

/** The sources of a folder that a person meets: no tests, no stories. Paths from `root`. */
export function sourcesOf(root: string, folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => /\.tsx?$/.test(path) && !/\.(?:test|fixture|d)\.tsx?$/.test(path) && !path.includes('/testing/'))
    .sort()
}

/** Attributes and props that hold text for a person, whatever its form. */
const spokenAttributes = new Set([
  ...['aria-label', 'aria-description', 'aria-placeholder', 'aria-roledescription', 'aria-valuetext'],
  ...['title', 'label', 'placeholder', 'alt', 'textValue', 'term', 'caption', 'note', 'text', 'description'],
])

/** Where a text is code: what is looked for, thrown or compared is not shown. */
const codeCalls =
  /^(?:closest|querySelector|querySelectorAll|matches|matchMedia|createElement|createElementNS|import|require|addEventListener|removeEventListener|getContext|setProperty|toDataURL|toBlob|URL|includes|get|startsWith|endsWith)$/

/** Two words one after the other, or one that begins as a sentence does. */
const prose = /\p{L}{2,}[,:;.!?’]?\s+\p{L}|^\s*\p{Lu}\p{Ll}+(?:[\s.,:;!?…]|$)/u
const letters = /\p{L}{2}/u

/** Selectors and media queries, which are no prose though they have spaces. */
const queries = /\[[\w=-]+\]|^\([\w-]+: [\w-]+\)$/

/** Names of keys, as `KeyboardEvent.key` has them. */
const keyNames =
  /^(?:Escape|Enter|Space|Tab|Shift|Home|End|Delete|Backspace|Page(?:Up|Down)|Arrow(?:Up|Down|Left|Right))$/

/**
 * Every text of a module that a person may read and that is no catalog's: text in JSX, what an expression in JSX or an
 * attribute that is spoken can become, and any other text that reads as prose. Errors' texts stay with their errors.
 */
export function looseWords(path: string, source: string): readonly LooseWords[] {
  const found = new Map<number, LooseWords>()
  const report = (node: ESTree.Node, text: string) => {
    found.set(node.start, { line: lineOf(source, node), text: text.replace(/\s+/g, ' ').trim() })
  }
  const visit = (node: ESTree.Node, parent: ESTree.Node | undefined, isShown: boolean): void => {
    if (isCode(node)) return
    const text = textOf(node)
    if (text !== undefined && letters.test(text) && !isCompared(node, parent)) {
      const isProse = prose.test(text) && !keyNames.test(text) && !queries.test(text)
      if (isShown || node.type === 'JSXText' || isProse) report(node, text)
    }
    for (const child of childrenOf(node)) visit(child, node, isShownChild(node, child, isShown))
  }
  visit(parsed(path, source), undefined, false)
  return [...found.values()]
}

/** The text of a node, with {} for what is put into it; undefined for nodes that are no text. */
function textOf(node: ESTree.Node): string | undefined {
  if (node.type === 'JSXText') return node.value
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  if (node.type === 'TemplateLiteral') return node.quasis.map(({ value }) => value.cooked ?? '').join('{}')
  return undefined
}

/** Whether what a child gives is what the page shows, as its parent is. */
function isShownChild(node: ESTree.Node, child: ESTree.Node, isShown: boolean): boolean {
  switch (node.type) {
    case 'JSXElement':
    case 'JSXFragment':
      return child.type === 'JSXExpressionContainer'
    case 'JSXAttribute':
      return child !== node.name && spokenAttributes.has(nameOf(node.name))
    case 'ConditionalExpression':
      return isShown && child !== node.test
    case 'LogicalExpression':
      return isShown && (node.operator !== '&&' || child === node.right)
    case 'MemberExpression':
      return isShown && child === node.object && node.object.type !== 'Identifier'
    case 'BinaryExpression':
      return isShown && node.operator === '+'
    case 'Property':
      return isShown && child === node.value
    case 'JSXExpressionContainer':
    case 'ParenthesizedExpression':
    case 'TemplateLiteral':
    case 'ArrayExpression':
    case 'ObjectExpression':
    case 'TSAsExpression':
    case 'TSSatisfiesExpression':
      return isShown
    default:
      return false
  }
}

/** Parts of a module that hold no text for a person. */
function isCode(node: ESTree.Node): boolean {
  if (node.type.startsWith('TS') && node.type !== 'TSAsExpression' && node.type !== 'TSSatisfiesExpression') return true
  if (node.type === 'ImportDeclaration' || node.type === 'ImportExpression' || node.type === 'ThrowStatement')
    return true
  if (node.type === 'JSXAttribute') return /^(?:className|style|placement|d|viewBox|data-.*)$/.test(nameOf(node.name))
  if (node.type === 'NewExpression') {
    return node.callee.type === 'Identifier' && /(?:Error|Exception|Worker|URL|RegExp|Event)$/.test(node.callee.name)
  }
  if (node.type !== 'CallExpression') return false
  const { callee } = node
  if (callee.type === 'Identifier') return codeCalls.test(callee.name)
  return (
    callee.type === 'MemberExpression' && callee.property.type === 'Identifier' && codeCalls.test(callee.property.name)
  )
}

/** Whether a text is only held against another, or is the name of a property. */
function isCompared(node: ESTree.Node, parent: ESTree.Node | undefined): boolean {
  if (!parent) return false
  if (parent.type === 'BinaryExpression') return parent.operator !== '+'
  if (parent.type === 'Property') return parent.key === node
  return parent.type === 'SwitchCase' || (parent.type === 'MemberExpression' && parent.property === node)
}

function nameOf(name: ESTree.JSXAttributeName): string {
  return name.type === 'JSXIdentifier' ? name.name : name.name.name
}

function childrenOf(node: ESTree.Node): readonly ESTree.Node[] {
  return Object.values(node).flat().filter(isNode)
}

function isNode(value: unknown): value is ESTree.Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string'
}

/**
 * The texts of a catalog, and of any other module the texts of its errors: what happened, and what to do next.
 *
 * @param isWhole whether every text of the module is for a person
 */
export function textsOf(
  path: string,
  source: string,
  { isWhole }: { readonly isWhole: boolean },
): readonly LooseWords[] {
  const found: LooseWords[] = []
  const visit = (node: ESTree.Node, parent: ESTree.Node | undefined, isOfError: boolean): void => {
    if (node.type === 'ImportDeclaration') return
    const text = textOf(node)
    const isText = text !== undefined && letters.test(text) && !isCompared(node, parent)
    if (isText && (isWhole || isOfError)) found.push({ line: lineOf(source, node), text })
    for (const child of childrenOf(node)) visit(child, node, isOfError || isErrorText(child))
  }
  visit(parsed(path, source), undefined, false)
  return found
}

/** `message: …` and `action: …`, wherever they are put together. */
function isErrorText(node: ESTree.Node): boolean {
  if (node.type !== 'Property' || node.key.type !== 'Identifier') return false
  return node.key.name === 'message' || node.key.name === 'action'
}

function parsed(path: string, source: string): ESTree.Program {
  const { program, errors } = parseSync(path, source, { lang: path.endsWith('.tsx') ? 'tsx' : 'ts' })
  if (errors.length > 0) throw new Error(`${path} cannot be parsed: ${errors[0]?.message}`)
  return program
}

function lineOf(source: string, node: ESTree.Node): number {
  return source.slice(0, node.start).split('\n').length
}
