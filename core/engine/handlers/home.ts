import { ConvolabError } from '../../contract/errors.ts';
import { freeBytes } from '../../data/acquire/space.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { checkTarget } from '../moving/check.ts';
import { listHome } from '../moving/copy.ts';

type Names = 'home.plan' | 'home.move' | 'home.cancelMove';

/** Moving the data folder elsewhere. */
export function homeHandlers(
  context: Pick<EngineContext, 'home' | 'store' | 'tasks' | 'mover'>,
): HandlersOf<Names> {
  const { home, store, mover } = context;
  const size = async () => (await listHome(home)).reduce((sum, { bytes }) => sum + bytes, store.bytes());
  return {
    'home.plan': async ({ folder }) => {
      const bytes = await size();
      const problem = await checkTarget(home, folder, bytes)
        .then(() => refuseWhileBusy(context))
        .then(
          () => null,
          (thrown: unknown) => ConvolabError.from(thrown).message,
        );
      return { bytes, bytesFree: await freeBytes(folder), problem };
    },
    'home.move': async ({ folder }) => {
      refuseWhileBusy(context);
      return { home: await mover.move(folder) };
    },
    'home.cancelMove': () => {
      mover.cancel();
      return {};
    },
  };
}

/** Runs write to the folder all the time; data sets on their way would have to begin anew. Throws `run.state`, `dataset.busy`. */
function refuseWhileBusy({ store, tasks }: Pick<EngineContext, 'store' | 'tasks'>): void {
  const active = store.queue.list();
  if (active.length > 0) {
    throw new ConvolabError('run.state', `${active.length} runs are under way or waiting.`, {
      subject: active[0]?.run,
      hint: 'Pause or stop them, then move the data folder.',
    });
  }
  const [name] = tasks.writing;
  if (name !== undefined) {
    throw new ConvolabError('dataset.busy', `${name} is being fetched or imported.`, {
      subject: name,
      hint: 'Wait until that is done, or pause it.',
    });
  }
}
