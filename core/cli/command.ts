import type { Engine } from '../engine/api.ts';
import type { Arguments } from './arguments.ts';
import type { Output } from './output.ts';

/** What a flag takes and means. */
export interface Flag {
  /** Name of its value in the usage, e.g. `<n>`; left out where the flag stands alone. */
  readonly value?: string;
  readonly multiple?: boolean;
  readonly help: string;
}

/** One command: a file of its own that exports this, and one line in the registry. */
export interface Command {
  /** What follows `convolab` in the usage, e.g. `run <experiment file or preset>`. */
  readonly usage: string;
  readonly summary: string;
  /** Arguments that are no flags: how many there must be, and may be. */
  readonly positionals: readonly [minimum: number, maximum: number];
  readonly flags: Readonly<Record<string, Flag>>;
  /** Returns the exit code. Throws `ConvolabError`. */
  run(context: CommandContext): Promise<number>;
}

export interface CommandContext {
  readonly arguments: Arguments;
  readonly output: Output;
  /** Data folder. */
  readonly home: string;
  /** Opens the engine, closed when the command ends. */
  engine(options?: {
    readonly runJobs?: boolean;
    readonly following?: () => readonly string[] | null;
    readonly threads?: number | undefined;
  }): Promise<Engine>;
}

/** Flags of every command. */
export const commonFlags: Readonly<Record<string, Flag>> = {
  json: { help: 'Print one JSON object per line, and nothing else.' },
  home: { value: '<folder>', help: 'Data folder; by default $CONVOLAB_HOME, else the platform’s own.' },
  help: { help: 'Show this help.' },
};
