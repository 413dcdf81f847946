import { type ComponentType, Suspense } from 'react'
import { Drawer } from '../../controls/Drawer.tsx'
import { lazyComponent } from '../../lazy-component.tsx'
import { useStore } from '../../store.ts'
import { type PanelId, usePage } from '../../view.ts'
import { ModelPanel } from '../model/ModelPanel.tsx'
import { ConsentQuestion, EraseQuestion, ReplaceQuestion } from '../sources/Questions.tsx'

/** All but the model's panel come when one of them is opened: a first visitor sees none. */
const load = () => import('./opened-panels.ts')
const BuildPanel = lazyComponent(async () => (await load()).BuildPanel)
const DevicePanel = lazyComponent(async () => (await load()).DevicePanel)
const HelpPanel = lazyComponent(async () => (await load()).HelpPanel)
const PerformancePanel = lazyComponent(async () => (await load()).PerformancePanel)
const PrivacyPanel = lazyComponent(async () => (await load()).PrivacyPanel)
const SettingsPanel = lazyComponent(async () => (await load()).SettingsPanel)
const StoragePanel = lazyComponent(async () => (await load()).StoragePanel)

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
      <ReplaceQuestion />
    </>
  )
}
