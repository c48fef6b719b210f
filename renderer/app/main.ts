// First: what a window waits for longest.
import './start.ts';

import '@fontsource-variable/inter/wght.css';
import '@fontsource-variable/jetbrains-mono/wght.css';
import '../ui/tokens.css';
import '../ui/base.css';
import '../ui/popup.css';
import { createPinia } from 'pinia';
import { createApp } from 'vue';
import { startSync } from '../stores/sync.ts';
import App from './App.vue';
import { router } from './router.ts';
import { i18n } from './text.ts';

const app = createApp(App);
app.use(createPinia());
// The engine is asked while the first page is being prepared.
void startSync();
app.use(i18n);
app.use(router);
// The router hears of another address only once it shows its first page, and would put that page's own in its place.
const follow = () => void router.replace(location.hash.slice(1));
addEventListener('hashchange', follow);
// The frame appears with its first page. One that could not be loaded is told by the router's error handler, in a frame that stands
// all the same.
void router
  .isReady()
  .catch(() => {})
  .then(() => {
    removeEventListener('hashchange', follow);
    app.mount('#app');
  });
