import type { Handlers, MethodName } from '../contract/methods.ts';
import type { Store } from '../store/store.ts';
import type { DataDesk } from './data-desk/desk.ts';
import type { DataTasks } from './data-tasks.ts';
import type { EventHub } from './events.ts';
import type { Inspector } from './inspector/inspector.ts';

/** What handlers need of the engine to move its data folder. */
export interface HomeMover {
  /** Resolves with the new folder once the engine works there. */
  move(target: string): Promise<string>;
  cancel(): void;
}

/** What every handler is given of the engine. Heavy parts (data sets, backends) are imported where they are needed. */
export interface EngineContext {
  /** Data folder: `convolab.sqlite`, `runs/<id>/`, `datasets/<name>/`, `logs/`. */
  readonly home: string;
  readonly store: Store;
  /** Tells open windows what changed; the store's own changes by other processes are noticed anyway. */
  readonly events: EventHub;
  /** Reads pixels for the window, in a thread of its own. */
  readonly desk: DataDesk;
  /** Fetches, imports and checks data sets, in another. */
  readonly keeper: DataDesk;
  /** Runs images through trained networks, in a process of its own. */
  readonly inspector: Pick<Inspector, 'ask' | 'forget'>;
  /** Long work on data sets. */
  readonly tasks: DataTasks;
  /** Takes the data folder elsewhere. */
  readonly mover: HomeMover;
  /** To be called after the store was changed here: tells windows, starts what waits, passes requests on. */
  changed(): void;
}

/**
 * The share of the method table that one file of handlers implements:
 * `export function seriesHandlers(context: EngineContext): HandlersOf<'runs.series' | 'runs.bands'>`.
 */
export type HandlersOf<Name extends MethodName> = Pick<Handlers, Name>;
