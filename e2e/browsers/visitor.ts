/**
 * A person at a browser, whichever it is. Firefox is driven by puppeteer-core (WebDriver BiDi), WebKitGTK by
 * selenium-webdriver (WebDriver Classic); the visits in visits.ts know neither.
 */
export interface Visitor {
  /** Opens an address, and waits until the page has loaded. */
  goto(url: string): Promise<void>
  /** Runs a function in the page; it must not use anything around it, and both ways only JSON is passed. */
  evaluate<A extends readonly unknown[], T>(run: (...args: A) => T | Promise<T>, ...args: A): Promise<T>
  /** With the mouse, on the middle of an element that must be there. */
  click(role: Role, name: string): Promise<void>
  /** With a finger where `canTouch`, elsewhere with the mouse. */
  tap(role: Role, name: string): Promise<void>
  readonly canTouch: boolean
  /** Replaces the text of a field and presses Enter. */
  enter(label: string, text: string): Promise<void>
  /** Gives a file input its file, as the dialog would. */
  choose(label: string, path: string): Promise<void>
  /** The page's own size, in CSS pixels. */
  setViewport(size: Size): Promise<void>
  /** Of the page as it is on show. */
  screenshot(path: string): Promise<void>
  /** What page and workers complained of so far. */
  readonly errors: readonly string[]
  /** Ends the visit; nothing of it is kept. */
  close(): Promise<void>
}

export interface Size {
  readonly width: number
  readonly height: number
}

export interface VisitOptions {
  /** Everything twice as large, as after Ctrl and + up to 200 %. */
  readonly isZoomed?: boolean
  /** A camera that shows a test picture, allowed; there is none elsewhere, but see `TestBrowser.hasCamera`. */
  readonly hasCamera?: boolean
}

export interface TestBrowser {
  /** With its version. */
  readonly name: string
  /** Addresses on other machines that page or browser asked for; nobody answered. */
  readonly asked: readonly string[]
  /** Somebody who was never here. */
  visit(options?: VisitOptions): Promise<Visitor>
  close(): Promise<void>
}

export type Role = 'button' | 'radio' | 'menuitem' | 'dialog' | 'region' | 'status' | 'alert' | 'textbox' | 'file'

/**
 * Runs in the page: the first element of a role whose accessible name is this one, scrolled to the middle of the
 * window, for a bar at its edge may lie over it. Null while there is none that can be used.
 */
export function findInPage(role: Role, name: string): HTMLElement | null {
  const selectors: Readonly<Record<Role, string>> = {
    button: 'button, [role=button]',
    radio: '[role=radio], input[type=radio]',
    menuitem: '[role=menuitem]',
    dialog: 'dialog, [role=dialog], [role=alertdialog]',
    region: 'section, [role=region]',
    status: '[role=status]',
    alert: '[role=alert]',
    textbox: 'input:not([type]), input[type=text], input[type=url], textarea',
    file: 'input[type=file]',
  }
  const nameOf = (element: Element): string => {
    const ids = element.getAttribute('aria-labelledby')?.split(' ') ?? []
    const labels = (element as HTMLInputElement).labels ?? []
    const parts = ids.length > 0 ? ids.map((id) => document.getElementById(id)) : [...labels]
    const label = element.getAttribute('aria-label')
    const text = label ?? (parts.length > 0 ? parts : [element]).map((part) => part?.textContent ?? '').join(' ')
    return text.replace(/\s+/g, ' ').trim()
  }
  const isUsable = (element: HTMLElement) =>
    !element.matches(':disabled') && (role === 'file' || element.getClientRects().length > 0)
  const found = [...document.querySelectorAll<HTMLElement>(selectors[role])].find((element) => {
    // Titles have notes beside them, so a name may go on.
    return nameOf(element).startsWith(name) && isUsable(element)
  })
  if (role !== 'file') found?.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' })
  return found ?? null
}

/** Asks again and again until there is an answer. Throws after a minute, with what was looked for. */
export async function waitFor<T>(what: string, ask: () => Promise<T | null | undefined | false>): Promise<T> {
  const endMs = performance.now() + 60_000
  for (;;) {
    const answer = await ask()
    if (answer) return answer
    if (performance.now() > endMs) throw new Error(`${what}: it did not come within 60 s`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** A browser, or its driver, gave no answer at all: neither page nor test has failed. */
export class SilentBrowser extends Error {
  override readonly name = 'SilentBrowser'
}

/** What a browser is asked for, within so many ms. Throws a `SilentBrowser` where it does not answer. */
export async function withinTime<T>(what: string, answer: Promise<T>, ms = 90_000): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new SilentBrowser(`${what}: the browser gave no answer within ${ms / 1000} s`)), ms)
  })
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}
