interface ImportMetaEnv {
  /** Apart by spaces; set by the build. */
  readonly VIDEMO_WEIGHT_HOSTS?: string
}
