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
app.use(i18n);
app.use(router);
startSync();
// The frame appears with its first page: an address changed before that would be lost. A page that could not be loaded is
// told by the router's error handler, in a frame that stands all the same.
void router
  .isReady()
  .catch(() => {})
  .then(() => app.mount('#app'));
