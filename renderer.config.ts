import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import type { PluginOption } from 'vite';

/** What the window needs of vite, the same for the Electron build, the development server and the tests. */
export const rendererRoot = fileURLToPath(new URL('renderer', import.meta.url));
export const rendererPlugins = (): PluginOption[] => [vue()];
export const rendererDefines = {
  __VUE_I18N_LEGACY_API__: 'false',
  __VUE_I18N_FULL_INSTALL__: 'false',
  __INTLIFY_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_DEVTOOLS__: 'false',
};
