import { defineStore } from 'pinia';
import type { Params } from '../../core/contract/methods.ts';
import { useBridge } from '../app/bridge.ts';

/** What a data set holds. Both reject with a `ConvolabError`. */
export const useDatasetsStore = defineStore('datasets', () => ({
  show: (name: string) => useBridge().call('datasets.show', { name }),
  samples: (request: Params<'datasets.samples'>) => useBridge().call('datasets.samples', request),
}));
