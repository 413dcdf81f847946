import type { ReactNode } from 'react'
import styles from './Icon.module.css'

const paths = {
  camera: (
    <>
      <rect x="3" y="7" width="12.5" height="10" rx="2.5" />
      <path d="m15.5 11 5-3v8l-5-3" />
    </>
  ),
  video: (
    <>
      <rect x="3.5" y="5" width="17" height="14" rx="2.5" />
      <path d="m10.2 9.2 4.6 2.8-4.6 2.8z" />
    </>
  ),
  screen: (
    <>
      <rect x="3" y="5" width="18" height="11.5" rx="2" />
      <path d="M9 20h6M12 16.5V20" />
    </>
  ),
  face: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M8.8 14.2c1.600 2.100 4.800 2.100 6.400 0M9.300 9.800h.01M14.700 9.800h.01" />
    </>
  ),
  record: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <circle cx="12" cy="12" r="3.6" fill="currentColor" />
    </>
  ),
  sample: <path d="M12 4.5v3M12 16.5v3M4.5 12h3M16.5 12h3M7 7l1.8 1.8M15.2 15.2 17 17M17 7l-1.8 1.8M8.8 15.2 7 17" />,
  model: (
    <>
      <path d="m12 3.5 7.5 4.2v8.6L12 20.5l-7.5-4.2V7.7z" />
      <path d="m4.8 7.9 7.2 4 7.2-4M12 12v8.2" />
    </>
  ),
  pause: <path d="M9 6v12M15 6v12" />,
  play: <path d="m8.5 5.8 9.5 6.2-9.5 6.2z" />,
  stop: <rect x="6.5" y="6.5" width="11" height="11" rx="1.5" />,
  again: <path d="M18.5 12a6.5 6.5 0 1 1-2-4.7M17 3.8v3.8h-3.8" />,
  more: (
    <g fill="currentColor">
      <circle cx="5.5" cy="12" r="1" />
      <circle cx="12" cy="12" r="1" />
      <circle cx="18.5" cy="12" r="1" />
    </g>
  ),
  help: (
    <>
      <path d="M9.3 9.3a2.8 2.8 0 1 1 4.3 2.4c-1 .6-1.6 1.2-1.6 2.3" />
      <path d="M12 17.4h.01" />
      <circle cx="12" cy="12" r="8.8" />
    </>
  ),
  settings: (
    <>
      <path d="M4 8h9M17 8h3M4 16h3M11 16h9" />
      <circle cx="15" cy="8" r="2" />
      <circle cx="9" cy="16" r="2" />
    </>
  ),
  close: <path d="m6.5 6.5 11 11M17.5 6.5l-11 11" />,
  down: <path d="m7 10 5 5 5-5" />,
  right: <path d="m10 7 5 5-5 5" />,
  list: <path d="M9.500 6.500H19M9.500 12H19M9.500 17.500H19M5 6.500h.01M5 12h.01M5 17.500h.01" />,
  download: <path d="M12 4v10.5M7.5 10.5 12 15l4.5-4.5M5 19.5h14" />,
  erase: <path d="M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7M10.3 10.5v5.5M13.7 10.5v5.5" />,
  check: <path d="m5.5 12.5 4.2 4.2 8.8-9.2" />,
  waves: <path d="M5 10.2c2.4-2.3 4.6-2.3 7 0s4.6 2.3 7 0M5 15.200c2.4-2.3 4.6-2.3 7 0s4.6 2.3 7 0" />,
  warn: (
    <>
      <path d="M12 4.5 20.5 19h-17z" />
      <path d="M12 10v4M12 16.600h.01" />
    </>
  ),
  wrong: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="m9 9 6 6M15 9l-6 6" />
    </>
  ),
  idle: <circle cx="12" cy="12" r="6" />,
  waiting: (
    <>
      <circle cx="12" cy="12" r="8.5" />
      <path d="M12 7.500V12l3 2" />
    </>
  ),
  warming: (
    <path d="M12 4v3M12 17v3M4 12h3M17 12h3M6.4 6.400l2.1 2.100M15.5 15.500l2.1 2.100M17.6 6.400l-2.1 2.100M8.5 15.500l-2.1 2.1" />
  ),
  lagging: (
    <>
      <path d="M7 4.500h10M7 19.500h10M8 4.500c0 4 8 5 8 7.500s-8 3.5-8 7.500M16 4.500c0 4-8 5-8 7.500s8 3.5 8 7.5" />
    </>
  ),
  link: <path d="M8 16 16 8M9.5 8H16v6.5" />,
  folder: <path d="M3.5 7.500a2 2 0 0 1 2-2h4l2 2.500h7a2 2 0 0 1 2 2v6.500a2 2 0 0 1-2 2h-13a2 2 0 0 1-2-2z" />,
  lock: (
    <>
      <rect x="5.5" y="10.5" width="13" height="9" rx="2" />
      <path d="M8.5 10.500V8a3.5 3.5 0 0 1 7 0v2.5" />
    </>
  ),
} satisfies Record<string, ReactNode>

export type IconName = keyof typeof paths

/** An icon beside words; hidden from screen readers. */
export function Icon({ name, isFilled }: { readonly name: IconName; readonly isFilled?: boolean }) {
  return (
    <svg
      className={styles.icon}
      viewBox="0 0 24 24"
      aria-hidden="true"
      focusable="false"
      data-filled={isFilled || undefined}
    >
      {paths[name]}
    </svg>
  )
}
