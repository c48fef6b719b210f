import { createPinia, setActivePinia } from 'pinia';
import { expect, test } from 'vitest';
import { createApp, nextTick } from 'vue';
import RunStatusBadge from '../../../../renderer/components/runs/RunStatusBadge.vue';
import { useStatusStore } from '../../../../renderer/stores/status.ts';

test('the badge of a running run stands still while nothing is heard of the engine', async () => {
  const pinia = createPinia();
  setActivePinia(pinia);
  const status = useStatusStore();
  const host = document.createElement('div');
  const app = createApp(RunStatusBadge, { status: 'running' }).use(pinia);
  app.mount(host);
  const still = () => host.querySelector('.running')?.classList.contains('still');
  status.setConnected(true);
  await nextTick();
  expect(still()).toBe(false);
  status.setConnected(false);
  await nextTick();
  expect(still()).toBe(true);
  app.unmount();
});
