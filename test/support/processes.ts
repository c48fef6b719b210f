import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RunLog } from '../../core/pool/run-log.ts';

/** The process that trains a run of a data folder, which its log names. */
export function workerOf(home: string, run: string): number {
  const lines = new RunLog(join(home, 'runs', run)).read();
  const pids = lines.flatMap(({ text }) => /as process (\d+)/.exec(text)?.[1] ?? []);
  return Number(pids.at(-1));
}

/** Whether a process still runs; one that has ended and that nobody has asked about (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  return stateOf(pid) !== 'Z';
}

/** The letter that Linux gives the state of a process; `null` elsewhere, or where it is gone by now. */
function stateOf(pid: number): string | null {
  try {
    // `<pid> (<name>) <state> ...`, where the name may hold anything.
    return /^.*\) (\w)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
}
