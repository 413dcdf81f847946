import { type ComponentType, Suspense } from 'react'
import { Drawer } from '../../controls/Drawer.tsx'
import { lazyComponent } from '../../lazy-component.tsx'
import { useStore } from '../../store.ts'
import { type PanelId, usePage } from '../../view.ts'
import { panelTitles } from '../../words/actions.ts'
import { ConsentQuestion, EraseQuestion, ReplaceQuestion } from '../sources/Questions.tsx'

/** They come when one of them is opened: a first visitor sees none. */
const load = () => import('./opened-panels.ts')
const BuildPanel = lazyComponent(async () => (await load()).BuildPanel)
const DevicePanel = lazyComponent(async () => (await load()).DevicePanel)
const HelpPanel = lazyComponent(async () => (await load()).HelpPanel)
const ModelPanel = lazyComponent(async () => (await load()).ModelPanel)
const PerformancePanel = lazyComponent(async () => (await load()).PerformancePanel)
const PrivacyPanel = lazyComponent(async () => (await load()).PrivacyPanel)
const SettingsPanel = lazyComponent(async () => (await load()).SettingsPanel)
const StoragePanel = lazyComponent(async () => (await load()).StoragePanel)

const panels: Readonly<Record<PanelId, ComponentType>> = {
  model: ModelPanel,
  build: BuildPanel,
  device: DevicePanel,
  performance: PerformancePanel,
  storage: StoragePanel,
  settings: SettingsPanel,
  help: HelpPanel,
  privacy: PrivacyPanel,
}

/** The panel that is open, and the question that is asked. */
export function Panels() {
  const { view } = usePage()
  const panel = useStore(view, (state) => state.panel)
  const Content = panel && panels[panel]
  return (
    <>
      {Content && (
        <Drawer
          key={panel}
          title={panelTitles[panel]}
          isOpen
          onClose={() => view.update({ panel: undefined, isAddressWanted: false })}
        >
          <Suspense fallback={null}>
            <Content />
          </Suspense>
        </Drawer>
      )}
      <ConsentQuestion />
      <EraseQuestion />
      <ReplaceQuestion />
    </>
  )
}
