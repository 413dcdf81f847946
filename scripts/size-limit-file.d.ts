/** The package brings no types at the version that runs on Node 20. */
declare module '@size-limit/file' {
  const plugin: (...args: readonly unknown[]) => unknown
  export default plugin
}
