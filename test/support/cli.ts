import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { projectRoot } from './project.ts';
import { installBars, tinyExperiment } from './training.ts';

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as the JSON objects it must consist of with `--json`; throws where it does not. */
  objects(): Record<string, unknown>[];
}

/** The `convolab` command in a process of its own, with the channel that its launcher gives it. */
export function startCli(home: string, words: readonly string[], cwd = home): ChildProcess {
  return spawn(process.execPath, [join(projectRoot, 'core', 'cli', 'main.ts'), ...words], {
    cwd,
    env: { ...process.env, CONVOLAB_HOME: home },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
}

/** Runs a command to its end, with this on standard input. */
export async function cli(home: string, words: readonly string[], input = ''): Promise<Finished> {
  const child = startCli(home, words);
  // A command that ends without having read its input is judged by how it ends.
  child.stdin?.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  child.stdin?.end(input);
  return finish(child);
}

/** Waits for a command's end. */
export async function finish(child: ChildProcess): Promise<Finished> {
  const [stdout, stderr] = await Promise.all([
    text(child.stdout as NodeJS.ReadableStream),
    text(child.stderr as NodeJS.ReadableStream),
    child.exitCode === null && child.signalCode === null ? once(child, 'exit') : null,
  ]);
  const objects = () =>
    stdout
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { code: child.exitCode, stdout, stderr, objects };
}

/** A home with a few bars for images and a finished run of `tiny.json` on them. */
export async function trainTiny(home: string): Promise<{ trained: Finished; run: string }> {
  installBars(home, { train: 120, test: 30 });
  writeFileSync(join(home, 'tiny.json'), JSON.stringify(tinyExperiment()));
  const trained = await cli(home, ['run', 'tiny.json', '--json', '--threads', '1']);
  const { runs } = trained.objects().at(-1) as { runs: { id: string }[] };
  return { trained, run: runs[0]?.id ?? '' };
}
