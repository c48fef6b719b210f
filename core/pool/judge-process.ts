import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ConvolabError, type ErrorJson } from '../contract/errors.ts';
import type { ViewKind } from '../contract/judgement.ts';
import type { Column, Judgement } from '../train/judge.ts';

export interface JudgeRequest {
  readonly columns: readonly Column[];
  readonly home: string;
  readonly threads: number;
  readonly views: ViewKind;
}

export type JudgeReply = { readonly judgement: Judgement } | { readonly error: ErrorJson };

const entry = fileURLToPath(new URL('./judge-entry.ts', import.meta.url));

/**
 * Judges runs by their test set, on the CPU, in a process of its own.
 * @throws whatever judging throws; `worker.lost` where the process ended without an answer
 */
export function judgeInProcess(
  columns: readonly Column[],
  home: string,
  views: ViewKind,
): Promise<Judgement> {
  const child = fork(entry, [], {
    execPath: process.execPath,
    execArgv: [],
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    windowsHide: true,
  });
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const request: JudgeRequest = { columns, home, threads: availableParallelism(), views };
  return new Promise((resolve, reject) => {
    child.on('message', (reply: JudgeReply) => {
      if ('judgement' in reply) resolve(reply.judgement);
      else reject(ConvolabError.fromJSON(reply.error));
    });
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const end = signal ? `was ended by ${signal}` : `ended with code ${code}`;
      reject(
        new ConvolabError('worker.lost', `The process that judges runs ${end}.`, {
          hint: errors.trim() || 'Try again.',
        }),
      );
    });
    child.send(request);
  });
}
