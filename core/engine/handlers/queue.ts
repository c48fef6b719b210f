import type { EngineContext, HandlersOf } from '../context.ts';

/** The order in which waiting runs get a device. */
export function queueHandlers({ store, changed }: EngineContext): HandlersOf<'queue.list' | 'queue.move'> {
  return {
    'queue.list': () => store.queue.list(),
    'queue.move': ({ run, position }) => {
      store.queue.move(run, position);
      changed();
      return {};
    },
  };
}
