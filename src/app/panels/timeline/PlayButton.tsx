import { useCallback, useSyncExternalStore } from 'react'
import { Button } from '../../controls/Button.tsx'
import { Icon } from '../../controls/Icon.tsx'
import { useStore } from '../../store.ts'
import { usePage } from '../../view.ts'
import styles from './Timeline.module.css'
import { words } from './words.ts'

/** Plays the video of a file, or holds it; reading goes on or rests by itself. Disabled where the browser cannot play it. */
export function PlayButton() {
  const { view } = usePage()
  const player = useStore(view, (state) => state.player)
  const isPlaying = useIsPlaying(player)
  return (
    <Button
      kind="quiet"
      isSquare
      className={styles.play}
      disabled={!player}
      aria-label={isPlaying ? words.pause : words.play}
      onClick={() => togglePlaying(player)}
    >
      <Icon name={isPlaying ? 'pause' : 'play'} isFilled={!isPlaying} />
    </Button>
  )
}

export function togglePlaying(player: HTMLVideoElement | undefined): void {
  if (player?.paused) player.play().catch(() => undefined)
  else player?.pause()
}

function useIsPlaying(player: HTMLVideoElement | undefined): boolean {
  const subscribe = useCallback(
    (listen: () => void) => {
      const kinds = ['play', 'pause', 'emptied'] as const
      for (const kind of kinds) player?.addEventListener(kind, listen)
      return () => {
        for (const kind of kinds) player?.removeEventListener(kind, listen)
      }
    },
    [player],
  )
  return useSyncExternalStore(subscribe, () => player !== undefined && !player.paused)
}
