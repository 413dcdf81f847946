/** Where the page is served below its host, as on GitHub Pages. */
export const basePath = '/some/where/'
