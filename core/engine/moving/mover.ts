import { ConvolabError } from '../../contract/errors.ts';
import type { MoveReport } from '../../contract/home.ts';
import type { EventHub } from '../events.ts';
import { moveHome } from './move.ts';

/** The part of an engine that a move needs. */
export interface Mobile {
  readonly home: string;
  /** Stops what is being made in the data folder, which would be copied for nothing. */
  stopMaking(): Promise<void>;
  /** Closes what works on the data folder. */
  rest(): Promise<void>;
  /** Opens the data folder where it is now: elsewhere, or (after a failure) where it was. */
  wake(home: string): Promise<void>;
}

/** Moves the data folder under the engine, one move at a time, and tells windows how it goes. */
export class Mover {
  readonly #engine: Mobile;
  readonly #events: EventHub;
  #moving: AbortController | null = null;

  constructor(engine: Mobile, events: EventHub) {
    this.#engine = engine;
    this.#events = events;
  }

  /** @throws `store.busy` where a move is under way; what `moveHome` throws, with everything as it was */
  async move(target: string): Promise<string> {
    if (this.#moving !== null) {
      throw new ConvolabError('store.busy', 'The data folder is being moved.', {
        subject: this.#engine.home,
        hint: 'Wait until that is done, or cancel it.',
      });
    }
    const controller = new AbortController();
    this.#moving = controller;
    const { home } = this.#engine;
    let resting = false;
    const rest = async () => {
      resting = true;
      await this.#engine.rest();
    };
    try {
      const tell = (phase: MoveReport['phase'], bytesDone: number, bytesTotal: number) =>
        this.#events.homeMoving({ phase, bytesDone, bytesTotal });
      tell('stopping', 0, 0);
      await this.#engine.stopMaking();
      const onProgress = (done: number, total: number) => tell('copying', done, total);
      await moveHome(home, target, { signal: controller.signal, onProgress, rest });
      await this.#engine.wake(target);
      return target;
    } catch (thrown) {
      if (resting) await this.#engine.wake(home);
      throw controller.signal.aborted ? stopped(home) : thrown;
    } finally {
      this.#moving = null;
      this.#events.homeMoving(null);
    }
  }

  /** Gives a move up; everything stays where it was. */
  cancel(): void {
    this.#moving?.abort();
  }
}

const stopped = (home: string) =>
  new ConvolabError('download.stopped', 'The move was given up; the data folder is where it was.', {
    subject: home,
    hint: 'Start again whenever you like.',
  });
