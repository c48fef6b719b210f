import type { RouteRecordRaw } from 'vue-router';
import type { IconName } from '../ui/icons.ts';
import type { TextKey } from './text.ts';

declare module 'vue-router' {
  interface RouteMeta {
    title: TextKey;
    icon: IconName;
    /** Which item of the activity rail it belongs to. */
    activity: string;
  }
}

/**
 * Every page; each is loaded when first opened. A run's page keeps what is looked at in its query (`?tab=kernels`), so
 * that it can be linked and comes back with its tab. Hash history, since `app://` and the browser host both serve one file.
 */
export const routes: RouteRecordRaw[] = [
  { path: '/', redirect: '/experiments' },
  {
    path: '/experiments',
    name: 'experiments',
    component: () => import('../views/experiments/ExperimentsView.vue'),
    meta: { title: 'nav.experiments', icon: 'experiments', activity: 'experiments' },
  },
  {
    path: '/runs',
    name: 'runs',
    component: () => import('../views/runs/RunsView.vue'),
    meta: { title: 'nav.runs', icon: 'table', activity: 'runs' },
  },
  {
    // ?preset=<name>, ?clone=<run> or ?opened=1 (a file just opened) fill it in.
    path: '/new',
    name: 'new',
    component: () => import('../views/new-experiment/NewExperimentView.vue'),
    meta: { title: 'nav.new', icon: 'plus', activity: 'experiments' },
  },
  {
    path: '/run/:id',
    name: 'run',
    component: () => import('../views/run/RunView.vue'),
    props: true,
    meta: { title: 'nav.run', icon: 'run', activity: 'inspect' },
  },
  {
    path: '/compare',
    name: 'compare',
    component: () => import('../views/compare/CompareView.vue'),
    meta: { title: 'nav.compare', icon: 'compare', activity: 'compare' },
  },
  {
    // ?runs=<id>,<id>, ?weights=last and ?views=ten say who is asked, and how.
    path: '/judge',
    name: 'judge',
    component: () => import('../views/judge/JudgeView.vue'),
    meta: { title: 'nav.judge', icon: 'compare', activity: 'compare' },
  },
  {
    path: '/data/:name?',
    name: 'data',
    component: () => import('../views/data/DataView.vue'),
    props: true,
    meta: { title: 'nav.data', icon: 'data', activity: 'data' },
  },
  {
    path: '/models/:name?',
    name: 'models',
    component: () => import('../views/models/ModelsView.vue'),
    props: true,
    meta: { title: 'nav.models', icon: 'models', activity: 'models' },
  },
  {
    path: '/why-convolution',
    name: 'why',
    component: () => import('../views/why/WhyView.vue'),
    meta: { title: 'nav.why', icon: 'models', activity: 'models' },
  },
  {
    path: '/queue',
    name: 'queue',
    component: () => import('../views/queue/QueueView.vue'),
    meta: { title: 'nav.queue', icon: 'queue', activity: 'queue' },
  },
  {
    path: '/trash',
    name: 'trash',
    component: () => import('../views/trash/TrashView.vue'),
    meta: { title: 'nav.trash', icon: 'trash', activity: 'trash' },
  },
  {
    path: '/settings',
    name: 'settings',
    component: () => import('../views/settings/SettingsView.vue'),
    meta: { title: 'nav.settings', icon: 'settings', activity: 'settings' },
  },
  { path: '/:unknown(.*)', redirect: '/experiments' },
];

/** Begins to load the page of an address, so that it is here once the router asks for it. */
export function preloadPage(hash: string): void {
  const first = /^#?\/([^/?]*)/.exec(hash)?.[1] ?? '';
  const known = routes.find(({ path }) => path.split('/')[1] === first && first !== '');
  const { component } = known ?? (routes.find(({ name }) => name === 'experiments') as RouteRecordRaw);
  // What cannot be loaded is told by the router, which asks again.
  if (typeof component === 'function') void (component as () => Promise<unknown>)().catch(() => {});
}
