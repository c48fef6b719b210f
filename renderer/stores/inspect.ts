import { defineStore } from 'pinia';
import type { Params, Result } from '../../core/contract/methods.ts';
import { useBridge } from '../app/bridge.ts';

/** What is looked at in one run or between runs. All reject with a `ConvolabError`, for the view's error panel. */
export const useInspectStore = defineStore('inspect', () => ({
  detail: (run: string): Promise<Result<'runs.get'>> => useBridge().call('runs.get', { run }),
  confusion: (request: Params<'runs.confusion'>) => useBridge().call('runs.confusion', request),
  predictions: (request: Params<'runs.predictions'>) => useBridge().call('runs.predictions', request),
  health: (request: Params<'runs.health'>) => useBridge().call('runs.health', request),
  kernels: (request: Params<'runs.kernels'>) => useBridge().call('runs.kernels', request),
  kernelFilm: (request: Params<'runs.kernelFilm'>) => useBridge().call('runs.kernelFilm', request),
  featureMaps: (request: Params<'runs.featureMaps'>) => useBridge().call('runs.featureMaps', request),
  judge: (request: Params<'runs.judge'>) => useBridge().call('runs.judge', request),
  log: (request: Params<'runs.log'>) => useBridge().call('runs.log', request),
  compare: (request: Params<'runs.compare'>) => useBridge().call('runs.compare', request),
  arrivals: (request: Params<'runs.arrivals'>) => useBridge().call('runs.arrivals', request),
}));
