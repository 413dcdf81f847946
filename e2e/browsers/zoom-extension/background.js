/** WebDriver has no zoom; an extension has the very one that a person uses. */
browser.tabs.onUpdated.addListener((id, _change, tab) => {
  if (tab.url && new URL(tab.url).hash === '#zoomed') browser.tabs.setZoom(id, 2)
})
