import { type ComponentType, Suspense } from 'react'
import { Drawer } from '../controls/Drawer.tsx'
import { lazyComponent } from '../lazy-component.tsx'
import { useStore } from '../store.ts'
import { type PanelId, usePage } from '../view.ts'
import { DevicePanel } from './DevicePanel.tsx'
import { HelpPanel } from './HelpPanel.tsx'
import { ModelPanel } from './ModelPanel.tsx'
import { PerformancePanel } from './PerformancePanel.tsx'
import { PrivacyPanel } from './PrivacyPanel.tsx'
import { ConsentQuestion, EraseQuestion } from './Questions.tsx'
import { SettingsPanel } from './SettingsPanel.tsx'
import { StoragePanel } from './StoragePanel.tsx'

/** The largest panel, and one that few visitors open. */
const BuildPanel = lazyComponent(async () => (await import('./BuildPanel.tsx')).BuildPanel)

const panels: Readonly<Record<PanelId, { readonly title: string; readonly Content: ComponentType }>> = {
  model: { title: 'Model', Content: ModelPanel },
  build: { title: 'Build a model', Content: BuildPanel },
  device: { title: 'Device and check', Content: DevicePanel },
  performance: { title: 'Performance', Content: PerformancePanel },
  storage: { title: 'Storage', Content: StoragePanel },
  settings: { title: 'Settings', Content: SettingsPanel },
  help: { title: 'Keys and help', Content: HelpPanel },
  privacy: { title: 'Privacy and limits', Content: PrivacyPanel },
}

/** The panel that is open, and the question that is asked. */
export function Panels() {
  const { view } = usePage()
  const panel = useStore(view, (state) => state.panel)
  const open = panel && panels[panel]
  return (
    <>
      {open && (
        <Drawer
          key={panel}
          title={open.title}
          isOpen
          onClose={() => view.update({ panel: undefined, isAddressWanted: false })}
        >
          <Suspense fallback={null}>
            <open.Content />
          </Suspense>
        </Drawer>
      )}
      <ConsentQuestion />
      <EraseQuestion />
    </>
  )
}
