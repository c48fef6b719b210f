import type { Handlers } from '../../contract/methods.ts';
import type { EngineContext } from '../context.ts';
import { appHandlers } from './app.ts';
import { compareHandlers } from './compare.ts';
import { datasetHandlers } from './datasets.ts';
import { derivedSetHandlers } from './derived-sets.ts';
import { experimentHandlers } from './experiments.ts';
import { exportHandlers } from './export.ts';
import { homeHandlers } from './home.ts';
import { inspectHandlers } from './inspect.ts';
import { judgeHandlers } from './judge.ts';
import { queueHandlers } from './queue.ts';
import { runHandlers } from './runs.ts';
import { seriesHandlers } from './series.ts';
import { uploadHandlers } from './uploads.ts';

/** One handler for every line of the method table; the compiler demands each. */
export function allHandlers(context: EngineContext): Handlers {
  return {
    ...appHandlers(context),
    ...compareHandlers(context),
    ...datasetHandlers(context),
    ...derivedSetHandlers(context),
    ...experimentHandlers(context),
    ...exportHandlers(context),
    ...homeHandlers(context),
    ...inspectHandlers(context),
    ...judgeHandlers(context),
    ...queueHandlers(context),
    ...runHandlers(context),
    ...seriesHandlers(context),
    ...uploadHandlers(context),
  };
}
