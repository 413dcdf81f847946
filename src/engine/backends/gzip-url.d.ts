/** The address of a file that the build gzips; see `scripts/gzipped-wasm.ts`. */
declare module '*?gzip' {
  const url: string
  export default url
}
