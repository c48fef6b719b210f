/** Vite's development server in front of the browser host; run under the project's own Node by `npm run dev`. */
import { createServer } from 'vite';
import { createEngine } from '../core/engine/engine.ts';
import { homeFolder } from '../core/engine/home.ts';
import { startHost } from '../core/host/host.ts';
import { onInterrupt } from '../core/host/interrupt.ts';
import { rendererDefines, rendererPlugins, rendererRoot } from '../renderer.config.ts';
import { readOptions } from './options.mjs';

const usage = `npm run dev -- [--home <folder>] [--port <n>]

Serves the window from its sources, and takes every change over at once.

  --home <folder>  Data folder; by default $CONVOLAB_HOME, else the platform's own.
  --port <n>       5173 unless said.`;
const { values } = readOptions(usage, {
  options: { home: { type: 'string' }, port: { type: 'string', default: '5173' } },
});
const engine = await createEngine({ home: homeFolder(values.home) });
const host = await startHost({ engine, port: 0 });
const target = `http://127.0.0.1:${host.port}`;
const server = await createServer({
  configFile: false,
  root: rendererRoot,
  plugins: rendererPlugins(),
  define: rendererDefines,
  server: {
    host: '127.0.0.1',
    port: Number(values.port),
    proxy: { '/open': target, '/socket': { target, ws: true } },
  },
});
await server.listen();
const { pathname, search } = new URL(host.issueUrl());
const [origin] = server.resolvedUrls?.local ?? [];
console.log(`Development server: ${new URL(pathname + search, origin)}`);

onInterrupt(
  async () => {
    await server.close();
    await host.close();
    await engine.close();
    process.exit(0);
  },
  () => process.exit(130),
);
