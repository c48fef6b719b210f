import { parseArgs } from 'node:util';
import { ConvolabError } from '../contract/errors.ts';
import type { Reply } from '../contract/events.ts';
import type { EngineCommand, EngineNews } from '../contract/wire.ts';
import { answer } from './answer.ts';
import { createEngine } from './engine.ts';
import { homeFolder } from './home.ts';

/**
 * The engine in a process of its own, for a shell that cannot hold it: Electron's main process starts it with plain
 * Node and talks to it over Node's channel between parent and child. It ends, after checkpointing what runs, when it
 * is asked to or when the channel closes, so no engine outlives its shell.
 *
 *     node core/engine/process.ts [--home folder]
 */
const { values } = parseArgs({ options: { home: { type: 'string' } } });

const tell = (news: EngineNews | Reply): void => {
  if (process.connected) process.send?.(news);
};

async function serve(): Promise<void> {
  const engine = await createEngine({ home: homeFolder(values.home) });
  const unsubscribe = engine.subscribe((events) => tell({ events, active: engine.activeRuns().length }));
  let closing = false;
  const close = async () => {
    if (closing) return;
    closing = true;
    unsubscribe();
    await engine.close();
    process.exit(0);
  };
  process.on('message', (message: EngineCommand) => {
    if ('close' in message) void close();
    else void answer(engine, message).then(tell);
  });
  process.on('disconnect', close);
  process.on('SIGTERM', close);
  // A terminal's Ctrl-C reaches every process; the shell decides what it means.
  process.on('SIGINT', () => {});
  tell({ ready: true });
}

await serve().catch((thrown: unknown) => {
  tell({ failed: ConvolabError.from(thrown).toJSON() });
  process.exitCode = 1;
  process.disconnect?.();
});
