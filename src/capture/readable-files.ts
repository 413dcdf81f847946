/** File name extensions that can be opened, provided that the browser decodes the content. */
export const readableEndings = [
  ...[
    '.mp4',
    '.m4v',
    '.mov',
    '.qt',
    '.3gp',
    '.3g2',
    '.webm',
    '.mkv',
    '.mk3d',
    '.ts',
    '.mts',
    '.m2ts',
    '.m2t',
    '.ogv',
    '.ogg',
  ],
  ...['.gif', '.png', '.apng', '.jpg', '.jpeg', '.jfif', '.webp', '.avif', '.bmp'],
] as const

/** Systems that know no endings go by types; images by name, for others would be converted where there is no need. */
const types = [
  'video/*',
  ...['image/gif', 'image/png', 'image/apng', 'image/jpeg', 'image/webp', 'image/avif', 'image/bmp'],
]

/** For the `accept` attribute of a file picker. Files are opened by their content, whatever their names. */
export const readableFiles = [...types, ...readableEndings].join(',')

/** Whether a file's name is that of something to open; for folders, which hold other things as well. */
export function isReadableName(name: string): boolean {
  const lower = name.toLowerCase()
  return readableEndings.some((ending) => lower.endsWith(ending))
}
