// One build, three front doors: Tauri, the headless program under `/`, and the demo under `/d/<name>/`. So the base is relative and the router lives
// in the hash. Two HTML entries: the app and the demo page. Nothing is inlined into HTML: the shell's policy allows scripts and styles from files only.
import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/** Vue names a page of its documentation in the text of its errors, Leaflet its own in a line that is not shown. Nothing that is shipped may name an outside
 * address, so the number, or the name, alone stays. */
const noOutsideAddress = {
  name: 'no-outside-address',
  renderChunk: (code: string) => code.replaceAll('https://vuejs.org/error-reference/#runtime-', 'vue error ').replaceAll('https://leafletjs.com', 'Leaflet'),
}

export default defineConfig({
  base: './',
  plugins: [vue(), noOutsideAddress],
  define: { __VUE_OPTIONS_API__: 'false', __VUE_PROD_DEVTOOLS__: 'false', __INTLIFY_PROD_DEVTOOLS__: 'false', __VUE_I18N_FULL_INSTALL__: 'false', __VUE_I18N_LEGACY_API__: 'false' },
  server: { port: 5173, strictPort: true, proxy: { '^/api/': process.env.GRIDWALK_API ?? 'http://127.0.0.1:4180' } },
  build: {
    target: ['chrome99', 'safari15.4'],
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    manifest: true,
    rollupOptions: { input: { app: here('index.html'), demo: here('demo.html') } },
  },
  test: { include: ['src/**/*.test.ts'] },
})
