import { fileURLToPath } from 'node:url';
import { defineConfig } from 'electron-vite';
import type { Plugin } from 'vite';
import { rendererDefines, rendererPlugins, rendererRoot } from './renderer.config.ts';

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Both shells serve the window at the root of their origin, so a reload of a deep address finds its scripts. */
const absoluteBase: Plugin = { name: 'absolute-base', enforce: 'post', config: () => ({ base: '/' }) };

export default defineConfig({
  main: {
    build: {
      // Bundled whole: the packaged application ships no node_modules for Electron's own process.
      externalizeDeps: false,
      rolldownOptions: { input: { index: file('electron/main.ts') } },
    },
  },
  preload: {
    build: {
      externalizeDeps: false,
      // A sandboxed preload script must be CommonJS, whatever the package's type.
      rolldownOptions: {
        input: { index: file('electron/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: rendererRoot,
    plugins: [rendererPlugins(), absoluteBase],
    define: rendererDefines,
    build: {
      outDir: file('out/renderer'),
      target: 'es2022',
      minify: true,
      // The content security policy allows no inlined script or font.
      assetsInlineLimit: 0,
      rolldownOptions: { input: file('renderer/index.html') },
    },
  },
});
