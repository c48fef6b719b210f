import { defineStore } from 'pinia';
import type { Params, Result } from '../../core/contract/methods.ts';
import { useBridge } from '../app/bridge.ts';

/** What is looked at in one run or between runs. All reject with a `ConvolabError`, for the view's error panel. */
export const useInspectStore = defineStore('inspect', () => ({
  detail: (run: string): Promise<Result<'runs.get'>> => useBridge().call('runs.get', { run }),
  prepare: (request: Params<'runs.prepare'>) => useBridge().call('runs.prepare', request),
  confusion: (request: Params<'runs.confusion'>) => useBridge().call('runs.confusion', request),
  predictions: (request: Params<'runs.predictions'>) => useBridge().call('runs.predictions', request),
  health: (request: Params<'runs.health'>) => useBridge().call('runs.health', request),
  kernels: (request: Params<'runs.kernels'>) => useBridge().call('runs.kernels', request),
  kernelFilm: (request: Params<'runs.kernelFilm'>) => useBridge().call('runs.kernelFilm', request),
  featureMaps: (request: Params<'runs.featureMaps'>) => useBridge().call('runs.featureMaps', request),
  gradients: (request: Params<'runs.gradients'>) => useBridge().call('runs.gradients', request),
  gradientFlow: (request: Params<'runs.gradientFlow'>) => useBridge().call('runs.gradientFlow', request),
  arithmetic: (request: Params<'runs.arithmetic'>) => useBridge().call('runs.arithmetic', request),
  saliency: (request: Params<'runs.saliency'>) => useBridge().call('runs.saliency', request),
  occlusion: (request: Params<'runs.occlusion'>) => useBridge().call('runs.occlusion', request),
  strongest: (request: Params<'runs.strongest'>) => useBridge().call('runs.strongest', request),
  embedding: (request: Params<'runs.embedding'>) => useBridge().call('runs.embedding', request),
  prepareImage: (request: Params<'runs.prepareImage'>) => useBridge().call('runs.prepareImage', request),
  predict: (request: Params<'runs.predict'>) => useBridge().call('runs.predict', request),
  judge: (request: Params<'runs.judge'>) => useBridge().call('runs.judge', request),
  cleanUp: (request: Params<'runs.cleanUp'>) => useBridge().call('runs.cleanUp', request),
  log: (request: Params<'runs.log'>) => useBridge().call('runs.log', request),
  compare: (request: Params<'runs.compare'>) => useBridge().call('runs.compare', request),
  bootstrap: (request: Params<'runs.bootstrap'>) => useBridge().call('runs.bootstrap', request),
  arrivals: (request: Params<'runs.arrivals'>) => useBridge().call('runs.arrivals', request),
}));
