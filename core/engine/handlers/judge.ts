import { ConvolabError } from '../../contract/errors.ts';
import type { Judgement, ViewKind } from '../../contract/judgement.ts';
import { datasets } from '../../data/index.ts';
import { judgeInProcess } from '../../pool/judge-process.ts';
import type { Column } from '../../train/judge.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { judgedColumn } from '../judged-column.ts';

type Context = Pick<EngineContext, 'store' | 'home'>;

/** Judgements that are kept, so that going back to one answers at once. */
const kept = 20;

/** One run, or several together, by the whole test set. */
export function judgeHandlers(context: Context): HandlersOf<'runs.judge'> {
  const known = new Map<string, Promise<Judgement>>();
  return {
    'runs.judge': ({ runs, views = 'one', checkpoint = 'best' }) => {
      const columns = [...new Set(runs)].map((run) => judgedColumn(context.store, run, checkpoint));
      const key = JSON.stringify([views, columns.map(({ run, checkpoint }) => [run, checkpoint.sha256])]);
      const found = known.get(key);
      if (found) return found;
      const judged = judge(context, columns, views);
      known.set(key, judged);
      judged.catch(() => known.delete(key));
      for (const old of [...known.keys()].slice(0, -kept)) known.delete(old);
      return judged;
    },
  };
}

async function judge({ home }: Context, columns: readonly Column[], views: ViewKind): Promise<Judgement> {
  const [first] = columns;
  if (!first) throw new ConvolabError('argument.invalid', 'No run was named.');
  const { columns: scores, wrong, classes, ...whole } = await judgeInProcess(columns, home, views);
  const { name, source, derive } = first.config.dataset;
  return {
    ...whole,
    classes: [...classes],
    dataset: datasets.get(name)?.title ?? name,
    data: { name, ...(source && { source }), ...(derive && { derive }) },
    columns: scores.map((score, i) => {
      const { run, checkpoint } = columns[i] as Column;
      return { run, epoch: checkpoint.epoch, ...score };
    }),
    wrong: [...wrong],
  };
}
