/** What `npm install` runs at its end: the parts that are not packages from the registry. */
import { ensureNode } from './packages.mjs';
import { main } from './project.mjs';

await main(async () => {
  ensureNode();
  const { ensureNative } = await import('./native.mjs');
  await ensureNative();
});
