import { spawn } from 'node:child_process';

/** What became of a child process that was asked something. */
export type Reply =
  | { readonly kind: 'answer'; readonly value: unknown; readonly errors: string }
  | { readonly kind: 'failed'; readonly errors: string; readonly end: string }
  | { readonly kind: 'silent' };

/**
 * Runs a script of ours for its one line of JSON. A process that does not answer in time is killed and not waited for:
 * one that hangs inside a driver cannot always be ended.
 */
export function askChild(script: string, words: readonly string[], timeoutMs: number): Promise<Reply> {
  const child = spawn(process.execPath, [script, ...words], {
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  let errors = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  return new Promise((resolve) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      child.unref();
      child.stdout.destroy();
      child.stderr.destroy();
      resolve({ kind: 'silent' });
    }, timeoutMs);
    child.on('error', ({ message }) => {
      errors += message;
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const end = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      resolve(code === 0 ? readAnswer(output, errors) : { kind: 'failed', errors, end });
    });
  });
}

function readAnswer(output: string, errors: string): Reply {
  try {
    return { kind: 'answer', value: JSON.parse(output), errors };
  } catch {
    return { kind: 'failed', errors, end: 'gave no answer' };
  }
}
