import { app, BrowserWindow, dialog, type Event, powerMonitor } from 'electron';
import type { EngineProcess } from './engine.ts';

const background = 0;
const checkpoint = 1;

/**
 * Every way to leave: closing the window, the menu, the system's shutdown, Ctrl-C in the terminal. While runs are
 * active the user is asked; the engine is always closed, with checkpoints, before the application ends.
 */
export class Quitting {
  readonly #engine: EngineProcess;
  #asking = false;
  #ending: Promise<void> | null = null;
  #ended = false;
  /** True while runs go on without a window; the application ends with the last of them. */
  #inBackground = false;

  constructor(engine: EngineProcess) {
    this.#engine = engine;
  }

  /** Attaches to the application's and the system's ways to quit. */
  attach(): void {
    app.on('before-quit', (event) => {
      if (this.#ended) return;
      event.preventDefault();
      void this.#ask();
    });
    app.on('window-all-closed', () => {
      if (!this.#inBackground) void this.#ask();
    });
    powerMonitor.on('shutdown', (event?: Event) => {
      event?.preventDefault();
      void this.end();
    });
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => void this.end());
    }
  }

  /** Asks before this window closes while runs are active. */
  guard(window: BrowserWindow): void {
    this.#inBackground = false;
    window.on('close', (event) => {
      if (this.#ended || this.#engine.active === 0) return;
      event.preventDefault();
      void this.#ask();
    });
    window.on('session-end', () => void this.end());
  }

  /** Told after every batch of events: in the background, the last run's end is the application's. */
  activeRuns(count: number): void {
    if (this.#inBackground && count === 0) void this.end();
  }

  /** Checkpoints what runs, closes the engine and ends the application, without asking. */
  end(): Promise<void> {
    this.#ending ??= this.#engine.close().then(() => {
      this.#ended = true;
      app.quit();
    });
    return this.#ending;
  }

  async #ask(): Promise<void> {
    if (this.#engine.active === 0) return this.end();
    if (this.#asking || this.#ending !== null) return;
    this.#asking = true;
    const choice = await this.#choose();
    this.#asking = false;
    if (choice === checkpoint) return this.end();
    if (choice === background) this.#leaveInBackground();
  }

  async #choose(): Promise<number> {
    const runs = this.#engine.active === 1 ? 'A run is' : `${this.#engine.active} runs are`;
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: `${runs} training.`,
      detail:
        'In the background, training goes on without a window and Convolab ends with the last run; start Convolab again to see the window.',
      buttons: ['Keep training in the background', 'Checkpoint and quit', 'Cancel'],
      defaultId: background,
      cancelId: 2,
      noLink: true,
    });
    return response;
  }

  #leaveInBackground(): void {
    this.#inBackground = true;
    for (const window of BrowserWindow.getAllWindows()) window.destroy();
    // The last run may have ended while the question was open.
    this.activeRuns(this.#engine.active);
  }
}
