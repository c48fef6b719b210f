import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../support/project.ts';

/** Runs a script as npm does, to where it has read its options. */
function script(name: string, ...args: string[]) {
  const path = join(projectRoot, 'scripts', `${name}.mjs`);
  const { status, stdout, stderr } = spawnSync(process.execPath, [path, ...args], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('a script says how it is called', () => {
  for (const asked of ['--help', '-h']) {
    const { status, stdout, stderr } = script('fuzz', asked);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(stdout).toMatch(/^npm run fuzz -- \[--mutants <n>\]/);
  }
  expect(script('gpu-bundle', '--help').stdout).toMatch(/^npm run gpu-bundle -- /);
});

test.each([
  ['fuzz', ['--mutant', '3'], "Unknown option '--mutant'."],
  ['fuzz', ['--mutants'], "Option '--mutants <value>' argument missing."],
  ['fuzz', ['--mutants', 'many'], '--mutants is a whole number above 0, not many.'],
  ['fuzz', ['--mutants=-3'], '--mutants is a whole number above 0, not -3.'],
  ['fuzz', ['sounds'], 'There are no tests called sounds.'],
  ['gpu-bundle', ['--level', '12'], '--level is a digit from 0 to 9, not 12.'],
])('%s %j is refused in one line', (name, args, fault) => {
  expect(script(name, ...args)).toEqual({
    status: 2,
    stdout: '',
    stderr: `${fault} --help says what can be given.\n`,
  });
});
