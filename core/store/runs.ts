import { ConvolabError, type ErrorJson } from '../contract/errors.ts';
import type { RunStatus, RunSummary } from '../contract/runs.ts';
import type { Connection } from './connection.ts';
import { newId } from './identifiers.ts';
import type { Owner } from './owners.ts';
import { type LastRow, prepareRuns, type SetupRow } from './run-statements.ts';
import { activeStates, checkTransition, endStates } from './states.ts';
import { effectiveStatus, type RunRow, toSummary } from './summary.ts';

/** A run to be made: one configuration, one seed. */
export interface NewRun {
  readonly name: string;
  readonly seed: number;
  /** The grid's choices of this run. */
  readonly choices: Readonly<Record<string, unknown>>;
  /** Complete and resolved: with it alone the run can be repeated. */
  readonly config: unknown;
  /** As in the experiment: `auto`, `cpu`, `gpu:0`, ... */
  readonly backend: string;
  readonly epochs: number;
  readonly select: { readonly metric: string; readonly direction: 'max' | 'min' };
  /** App version, system, device, library versions, data set hash; null where it cannot be read. */
  readonly environment: Readonly<Record<string, string | null>>;
}

/** What a summary leaves out. */
export interface RunSetup {
  readonly config: unknown;
  readonly environment: Record<string, string | null>;
  readonly backend: string;
  readonly select: { readonly metric: string; readonly direction: 'max' | 'min' };
}

/** What someone asked of a run that another process may own. */
export type RunRequest = 'pause' | 'stop';

/** Where a running run is. */
export interface Progress {
  /** Finished epochs, fractional while one is under way. */
  readonly epoch: number;
  readonly step: number;
  /** Seconds spent training so far, pauses left out. */
  readonly seconds: number;
  readonly imagesPerSecond: number | null;
}

export interface Annotations {
  readonly name?: string | undefined;
  readonly notes?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly colour?: number | undefined;
}

/** Ten colours, and the same ten dashed. */
const colours = 20;

export class Runs {
  readonly #connection: Connection;
  readonly #statements;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.#statements = prepareRuns(connection);
  }

  /** Queues runs behind those that wait already, in the order given; each gets the next colour. Returns their ids. */
  create(experimentId: string, runs: readonly NewRun[]): string[] {
    return this.#connection.transaction(() =>
      runs.map((run) => {
        const id = newId();
        this.#statements.insert.run({
          id,
          experimentId,
          name: run.name,
          seed: run.seed,
          choices: JSON.stringify(run.choices),
          config: JSON.stringify(run.config),
          environment: JSON.stringify(run.environment),
          backend: run.backend,
          epochs: run.epochs,
          metric: run.select.metric,
          direction: run.select.direction,
          onTest: run.select.metric.startsWith('test/') ? 1 : 0,
          createdAt: new Date().toISOString(),
          colours,
        });
        return id;
      }),
    );
  }

  /** Oldest first. */
  list(options: { trashed?: boolean } = {}): RunSummary[] {
    return this.#summaries(this.#statements.list.all(options.trashed ? 1 : 0));
  }

  /** Throws `run.unknown`. */
  get(id: string): RunSummary {
    const row = this.row(id);
    return toSummary(row, lastValues(this.#statements.lastOf.all(row.key)));
  }

  /** Ids of all runs, those in the trash included. */
  ids(): string[] {
    return this.#statements.ids.all().map(({ id }) => id);
  }

  /** Runs that changed since a revision, and the revision to ask with next time (0 = all). */
  changedSince(revision: number): { revision: number; runs: RunSummary[] } {
    const now = this.#statements.revision.get()?.value ?? 0;
    if (now === revision) return { revision, runs: [] };
    return { revision: now, runs: this.#summaries(this.#statements.changed.all(revision)) };
  }

  /** Configurations of these runs, or of all that are not in the trash; oldest first. What there is no run for is left out. */
  configs(ids?: readonly string[]): { id: string; config: unknown }[] {
    const rows =
      ids === undefined
        ? this.#statements.configs.all()
        : this.#statements.configsOf.all(JSON.stringify(ids));
    return rows.map(({ id, config }) => ({ id, config: JSON.parse(config) }));
  }

  /** Throws `run.unknown`. */
  setup(id: string): RunSetup {
    const { config, environment } = this.#statements.setup.get(this.row(id).key) as SetupRow;
    const { backend, best_metric, best_direction } = this.row(id);
    return {
      config: JSON.parse(config),
      environment: JSON.parse(environment) as RunSetup['environment'],
      backend,
      select: { metric: best_metric, direction: best_direction },
    };
  }

  /** Adds what became known only at the start, such as the device's driver. */
  addEnvironment(id: string, values: Readonly<Record<string, string | null>>): void {
    const environment = { ...this.setup(id).environment, ...values };
    this.#statements.setEnvironment.run(JSON.stringify(environment), id);
  }

  /** The run is to go on with another device; its configuration still says what it was made for. */
  moveTo(id: string, backend: string): void {
    this.row(id);
    this.#statements.move.run(backend, id);
  }

  /** The run is to train up to `epochs` in all, under `config`. */
  extend(id: string, epochs: number, config: unknown): void {
    this.row(id);
    this.#statements.extend.run(epochs, JSON.stringify(config), id);
  }

  /**
   * Moves a run to another state, takes note of the time, and lets go of its owner, request and error where they no
   * longer apply. Becoming `running` is `Queue.claim`'s alone, because that takes an owner and a device.
   * @throws `run.unknown`; `run.state` where there is no way from the present state to that one
   */
  transition(id: string, to: Exclude<RunStatus, 'running'>, error: ErrorJson | null = null): void {
    this.#connection.transaction(() => {
      checkTransition(id, effectiveStatus(this.row(id)), to);
      this.#statements.transition.run({
        id,
        to,
        queued: to === 'queued' ? 1 : 0,
        endedAt: endStates.has(to) ? new Date().toISOString() : null,
        error: error && JSON.stringify(error),
      });
    });
  }

  /** Notes why a run ended before its last epoch, or that it did not. */
  setEnding(id: string, reason: string | null): void {
    this.#statements.setEnding.run(reason, id);
  }

  /** Returns false, and changes nothing, where the run is no longer this owner's. */
  progress(id: string, owner: Owner, progress: Progress): boolean {
    const { epoch, step, seconds, imagesPerSecond } = progress;
    return this.#statements.progress.run(epoch, step, seconds, imagesPerSecond, id, owner.key) === 1;
  }

  /** Asks the run's owner, whichever process that is, to pause or stop it. Throws `run.unknown`. */
  request(id: string, request: RunRequest): void {
    this.row(id);
    this.#statements.request.run(request, id);
  }

  /** What is asked of the runs that an owner has. */
  requests(owner: Owner): { run: string; request: RunRequest }[] {
    return this.#statements.requests.all(owner.key);
  }

  /** Ids of the runs that an owner has running. */
  ownedBy(owner: Owner): string[] {
    return this.#statements.owned.all(owner.key).map(({ id }) => id);
  }

  /** Marks the runs of owners that are gone `interrupted`, and frees their devices. Returns the runs. */
  interruptAbandoned(gone: readonly Owner[]): string[] {
    return this.#connection.transaction(() => {
      for (const owner of gone) this.#statements.dropOwner.run(owner.key);
      const abandoned = this.#statements.abandoned.all().map(({ id }) => id);
      for (const id of abandoned) this.#statements.interrupt.run(new Date().toISOString(), id);
      return abandoned;
    });
  }

  /** Throws `run.unknown`. */
  annotate(id: string, { name, notes, tags, colour }: Annotations): RunSummary {
    this.row(id);
    const list = tags === undefined ? null : JSON.stringify(tags);
    this.#statements.annotate.run(name ?? null, notes ?? null, list, colour ?? null, id);
    return this.get(id);
  }

  /** Out of sight, with everything kept. Throws `run.unknown`, or `run.state` for a run that waits or trains. */
  trash(ids: readonly string[]): void {
    this.#connection.transaction(() => {
      for (const id of ids) {
        this.#mustRest(id, 'put into the trash');
        this.#statements.trash.run(new Date().toISOString(), id);
      }
    });
  }

  /** Out of the trash again. Throws `run.unknown`. */
  restore(ids: readonly string[]): void {
    this.#connection.transaction(() => {
      for (const id of ids) {
        this.row(id);
        this.#statements.trash.run(null, id);
      }
    });
  }

  /**
   * Removes runs with their points, evaluations and checkpoint records; the files under `runs/<id>` are the caller's.
   * @throws `run.unknown`, or `run.state` for a run that waits or trains; then none is removed
   */
  delete(ids: readonly string[]): void {
    this.#connection.transaction(() => {
      for (const id of ids) {
        this.#mustRest(id, 'deleted');
        this.#statements.delete.run(id);
      }
    });
  }

  /** The row behind a run, for the store's other tables. Throws `run.unknown`. */
  row(id: string): RunRow {
    const row = this.#statements.get.get(id);
    if (row) return row;
    throw new ConvolabError('run.unknown', `There is no run ${id}.`, {
      subject: id,
      hint: '`convolab runs list` names them all.',
    });
  }

  #mustRest(id: string, what: string): void {
    const status = effectiveStatus(this.row(id));
    if (!activeStates.has(status)) return;
    throw new ConvolabError('run.state', `Run ${id} is ${status} and cannot be ${what}.`, {
      subject: id,
      hint: 'Stop it first.',
    });
  }

  #summaries(rows: readonly RunRow[]): RunSummary[] {
    const values = new Map<number, LastRow[]>();
    const latest =
      rows.length > 20
        ? this.#statements.last.all()
        : rows.flatMap((row) => this.#statements.lastOf.all(row.key));
    for (const row of latest) {
      const list = values.get(row.run);
      if (list) list.push(row);
      else values.set(row.run, [row]);
    }
    return rows.map((row) => toSummary(row, lastValues(values.get(row.key) ?? [])));
  }
}

/** Values that are not finite have no place in JSON; they are left out. */
function lastValues(rows: readonly LastRow[]): Record<string, number> {
  const finite = rows.filter((row): row is LastRow & { value: number } => Number.isFinite(row.value));
  return Object.fromEntries(finite.map((row) => [row.name, row.value]));
}
