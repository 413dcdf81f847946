import type { Page } from '@playwright/test'

/** What moves and what is said while a page runs. */
interface Meter {
  /** Sum of the layout shifts that no press has caused. */
  shift: number
  /** The largest of them, and what moved. */
  readonly moved: { readonly value: number; readonly what: string }[]
  /** Each text that a screen reader would have spoken by itself. */
  readonly spoken: string[]
}

declare global {
  var pageMeter: Meter | undefined
}

/** Watches the page from its first line on; to be called before it opens. */
export async function installMeter(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const meter: Meter = { shift: 0, moved: [], spoken: [] }
    globalThis.pageMeter = meter
    const nameOf = (node: Node | null | undefined) =>
      node instanceof Element
        ? `${node.tagName.toLowerCase()}.${String(node.getAttribute('class')).split(' ')[0]}`
        : 'text'
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        readonly value: number
        readonly hadRecentInput: boolean
        readonly sources: readonly { readonly node?: Node | null }[]
      })[]) {
        if (entry.hadRecentInput) continue
        meter.shift += entry.value
        meter.moved.push({ value: entry.value, what: entry.sources.map(({ node }) => nameOf(node)).join(', ') })
      }
    }).observe({ type: 'layout-shift', buffered: true })
    const live = '[aria-live=polite], [aria-live=assertive], [role=status], [role=alert], [role=log]'
    new MutationObserver((mutations) => {
      const regions = new Set<Element>()
      for (const { target, addedNodes } of mutations) {
        const element = target instanceof Element ? target : target.parentElement
        const region = element?.closest(live)
        if (region) regions.add(region)
        for (const node of addedNodes) {
          if (!(node instanceof Element)) continue
          if (node.matches(live)) regions.add(node)
          for (const each of node.querySelectorAll(live)) regions.add(each)
        }
      }
      for (const region of regions) {
        const text = region.textContent?.replace(/\s+/g, ' ').trim()
        if (text) meter.spoken.push(text)
      }
    }).observe(document, { subtree: true, childList: true, characterData: true })
  })
}

/** From here on only: what was before is forgotten. */
export async function resetMeter(page: Page): Promise<void> {
  await page.evaluate(() => {
    globalThis.pageMeter?.moved.splice(0)
    globalThis.pageMeter?.spoken.splice(0)
    if (globalThis.pageMeter) globalThis.pageMeter.shift = 0
  })
}

export async function readMeter(page: Page) {
  const meter = await page.evaluate(() => globalThis.pageMeter)
  if (!meter) throw new Error('the page is not watched')
  const { shift, moved, spoken } = meter
  const words = spoken.flatMap((text) => text.split(' ')).length
  return { shift, moved: [...moved].sort((a, b) => b.value - a.value).slice(0, 3), spoken, words }
}

/**
 * Names of the live controls on the first screen: buttons, links, fields and whatever has an interactive role, enabled
 * and with a part of it inside the viewport, inside whatever scrolls around it, and under nothing else. A field that is drawn by its label
 * counts where the label is seen.
 */
export function controlsInView(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const roles = ['button', 'link', 'checkbox', 'radio', 'switch', 'tab', 'slider', 'spinbutton', 'combobox', 'option']
    const selector = [
      'button',
      'a[href]',
      'input',
      'select',
      'summary',
      'textarea',
      ...roles.map((role) => `[role=${role}]`),
    ]
    const seen = (element: Element) => {
      if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) return false
      const { left, top, right, bottom, width, height } = element.getBoundingClientRect()
      if (width < 2 || height < 2) return false
      let box = {
        left: Math.max(0, left),
        top: Math.max(0, top),
        right: Math.min(innerWidth, right),
        bottom: Math.min(innerHeight, bottom),
      }
      for (let around = element.parentElement; around; around = around.parentElement) {
        if (getComputedStyle(around).overflow === 'visible') continue
        const clip = around.getBoundingClientRect()
        box = {
          left: Math.max(box.left, clip.left),
          top: Math.max(box.top, clip.top),
          right: Math.min(box.right, clip.right),
          bottom: Math.min(box.bottom, clip.bottom),
        }
      }
      const [across, down] = [box.right - box.left, box.bottom - box.top]
      if (across < 2 || down < 2) return false
      // Not where something else lies over all of it, as the row of sources does on a phone.
      return [0.1, 0.5, 0.9].some((share) => {
        const at = document.elementFromPoint(box.left + across / 2, box.top + down * share)
        return at !== null && (element.contains(at) || at.contains(element))
      })
    }
    const isDisabled = (element: Element) => element.matches(':disabled, [aria-disabled=true]')
    const names: string[] = []
    for (const element of document.querySelectorAll<HTMLElement>(selector.join(', '))) {
      if (isDisabled(element) || element.closest('[inert], [aria-hidden=true]')) continue
      const label = element instanceof HTMLInputElement ? element.closest('label') : null
      if (!seen(element) && !(label && seen(label))) continue
      const name = element.getAttribute('aria-label') ?? (label ?? element).textContent ?? ''
      names.push(`${element.getAttribute('role') ?? element.tagName.toLowerCase()} ${name.trim().slice(0, 32)}`)
    }
    return names
  })
}

/** Where something that a person must see at once lies. */
export interface Line {
  readonly top: number
  readonly bottom: number
  /** Inside the viewport, and under nothing else. */
  readonly isSeen: boolean
}

/** The first line of what matches first; undefined where nothing does. */
export function firstLine(page: Page, selector: string): Promise<Line | undefined> {
  return page.evaluate((selector) => {
    const element = [...document.querySelectorAll(selector)].find(
      (each) => each.checkVisibility() && each.textContent?.trim(),
    )
    if (!element) return undefined
    const range = document.createRange()
    range.selectNodeContents(element)
    const [line] = [...range.getClientRects()].filter(({ width, height }) => width > 0 && height > 0)
    if (!line) return undefined
    const { top, bottom, left } = line
    const at = document.elementFromPoint(left + 2, (top + bottom) / 2)
    const isOnTop = at !== null && (element.contains(at) || at.contains(element))
    return { top, bottom, isSeen: top >= 0 && bottom <= innerHeight && isOnTop }
  }, selector)
}

/** How often Tab is pressed from the top of the page until the focus is in *Why*; what had it on the way. */
export async function stopsToWhy(page: Page): Promise<readonly string[]> {
  await page.evaluate(() => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur()
    getSelection()?.removeAllRanges()
    // Chromium goes on from where a person last pressed: the top of the page here.
    const top = document.createElement('span')
    top.tabIndex = -1
    document.body.prepend(top)
    top.focus()
    top.remove()
  })
  const stops: string[] = []
  while (stops.length < 60) {
    await page.keyboard.press('Tab')
    const stop = await page.evaluate(() => {
      const element = document.activeElement
      const why = document.getElementById('why-title')?.closest('section')
      const name = element?.getAttribute('aria-label') ?? element?.textContent ?? ''
      return { isThere: why?.contains(element) === true, name: name.trim().slice(0, 32) }
    })
    stops.push(stop.name)
    if (stop.isThere) return stops
  }
  return stops
}
