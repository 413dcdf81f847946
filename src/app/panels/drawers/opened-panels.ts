/** The panels that a person opens: one chunk, which the page loads with the first of them. */

export { BuildPanel } from '../model/BuildPanel.tsx'
export { ModelPanel } from '../model/ModelPanel.tsx'
export { DevicePanel } from './DevicePanel.tsx'
export { HelpPanel } from './HelpPanel.tsx'
export { PerformancePanel } from './PerformancePanel.tsx'
export { PrivacyPanel } from './PrivacyPanel.tsx'
export { SettingsPanel } from './SettingsPanel.tsx'
export { StoragePanel } from './StoragePanel.tsx'
