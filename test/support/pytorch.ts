import { spawnSync } from 'node:child_process';

const python = process.env.CONVOLAB_PYTHON ?? '/usr/bin/python3';

/** Why PyTorch cannot judge here, or null where it can. */
export function pytorchMissing(): string | null {
  const probe = spawnSync(python, ['-c', 'import torch'], { encoding: 'utf8', timeout: 60_000 });
  if (probe.error) return `${python} cannot be run (${probe.error.message})`;
  if (probe.status !== 0) return `${python} has no torch`;
  return null;
}

/** Runs a script with a JSON object on standard input; one parsed object for each line it prints. */
export function runPython(script: string, input: unknown): unknown[] {
  const { status, stdout, stderr, error } = spawnSync(python, [script], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  if (error) throw error;
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr}`);
  return stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}
