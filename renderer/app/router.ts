import { createRouter, createWebHashHistory } from 'vue-router';
import { ConvolabError } from '../../core/contract/errors.ts';
import { useStatusStore } from '../stores/status.ts';
import { useToastStore } from '../stores/toasts.ts';
import { useWorkspaceStore } from '../stores/workspace.ts';
import { routes } from './routes.ts';
import { useText } from './text.ts';

/** Pages that share one tab whatever their parameters. */
const oneTab = new Set(['data', 'models']);

export const router = createRouter({ history: createWebHashHistory(), routes });

// A page that cannot be loaded is said, not swallowed: there is no connection, or the application was replaced under the window.
router.onError((cause) => {
  const text = useText();
  const lost = useStatusStore().connection === 'lost';
  const hint = text(lost ? 'banner.pageLost' : 'banner.pageReplaced');
  useToastStore().fail(new ConvolabError('engine.unavailable', text('banner.page'), { hint }, { cause }));
});

router.afterEach((to, _from, failure) => {
  // Given up for a later one while its page was still being loaded.
  if (failure) return;
  const name = String(to.name);
  const path = oneTab.has(name) ? `/${name}` : to.path;
  const run = name === 'run' ? String(to.params.id) : undefined;
  useWorkspaceStore().visit({ path, fullPath: to.fullPath, route: name, run });
});
