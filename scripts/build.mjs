/** `npm run build`: everything, in any case; `--if-needed`: only what is out of date. */
import { buildApp } from './app.mjs';
import { main } from './project.mjs';
import { setUp } from './setup.mjs';

await main(async () => {
  const ifNeeded = process.argv.includes('--if-needed');
  await setUp({ app: ifNeeded });
  if (!ifNeeded) buildApp();
});
