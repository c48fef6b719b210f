import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import type { PluginOption, Rolldown } from 'vite';

/** What the window needs of vite, the same for the Electron build, the development server and the tests. */
export const rendererRoot = fileURLToPath(new URL('renderer', import.meta.url));
export const rendererPlugins = (): PluginOption[] => [vue(), preloadApplication];
export const rendererDefines = {
  __VUE_I18N_LEGACY_API__: 'false',
  __VUE_I18N_FULL_INSTALL__: 'false',
  __INTLIFY_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_DEVTOOLS__: 'false',
};

/**
 * The entry (`app/start.ts`) is small and imports the application while it runs, so the page names the application's files itself:
 * they are fetched with the entry, not after it.
 */
const preloadApplication: PluginOption = {
  name: 'preload-application',
  transformIndexHtml: {
    order: 'post',
    handler(_html, { bundle = {} }) {
      const chunks = Object.values(bundle).filter((file) => file.type === 'chunk');
      const application = chunks.find(({ facadeModuleId }) => facadeModuleId?.endsWith('/app/main.ts'));
      const needed = application ? withImports(application, bundle) : [];
      const styles = needed.flatMap(({ viteMetadata }) => [...(viteMetadata?.importedCss ?? [])]);
      return [
        ...needed.map(({ fileName }) => link({ rel: 'modulepreload', href: `/${fileName}` })),
        ...[...new Set(styles)].map((file) => link({ rel: 'stylesheet', href: `/${file}` })),
      ];
    },
  },
};

const link = (attrs: Record<string, string>) => ({
  tag: 'link',
  attrs: { ...attrs, crossorigin: true },
  injectTo: 'head' as const,
});

/** A chunk and all that it imports at once, each once. */
function withImports(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle): Rolldown.OutputChunk[] {
  const found = new Set([chunk]);
  for (const { imports } of found) {
    for (const name of imports) {
      const file = bundle[name];
      if (file?.type === 'chunk') found.add(file);
    }
  }
  return [...found];
}
