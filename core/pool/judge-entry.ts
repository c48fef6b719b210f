import { openDevice } from '../backends/index.ts';
import { ConvolabError } from '../contract/errors.ts';
import { judgeRuns } from '../train/judge.ts';
import type { JudgeReply, JudgeRequest } from './judge-process.ts';

/**
 * Entry of a process that judges runs by their test set for the engine, in which no kernel may run: one question, one
 * answer, and it ends. Without an engine there is nobody to answer.
 */
async function answer({ columns, home, threads, views }: JudgeRequest): Promise<JudgeReply> {
  try {
    const backend = await openDevice({ id: 'cpu', adapter: null, warning: null });
    return { judgement: await judgeRuns(columns, { home, backend, threads, views }) };
  } catch (thrown) {
    return { error: ConvolabError.from(thrown).toJSON() };
  }
}

process.on('disconnect', () => process.exit(1));
process.once('message', async (request: JudgeRequest) => {
  const reply = await answer(request);
  process.send?.(reply, () => process.exit(0));
});
