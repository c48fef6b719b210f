import { inspect } from 'node:util';
import { ConvolabError } from '../../contract/errors.ts';
import { openStore, type Store } from '../../store/store.ts';
import { Answers } from './answers.ts';
import type { Asked, FromInspector, ToInspector } from './protocol.ts';

/** Entry of the process that looks into networks for the engine. It reads the store and the files of runs, and writes nothing. */
let answers: Answers | null = null;
let store: Store | null = null;

function tell(message: FromInspector): void {
  if (process.connected) process.send?.(message, () => undefined);
}

function open(home: string): void {
  store = openStore(home);
  answers = new Answers({ store, home });
}

async function answer(asked: Asked): Promise<void> {
  const { id } = asked;
  try {
    if (!answers) throw new ConvolabError('internal', 'A question came before the data folder was named.');
    tell({ id, answer: await answers.find(asked) });
  } catch (thrown) {
    if (!(thrown instanceof ConvolabError)) process.stderr.write(`${inspect(thrown)}\n`);
    tell({ id, error: JSON.parse(JSON.stringify(ConvolabError.from(thrown))) });
  }
}

process.on('message', (message: ToInspector) => {
  if ('home' in message) open(message.home);
  else if ('forget' in message) answers?.forget();
  else void answer(message);
});
// The engine decides when it ends; a terminal's Ctrl-C reaches the whole group.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
process.on('disconnect', () => {
  store?.close();
  process.exit(0);
});
