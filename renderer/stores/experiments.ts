import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { Params, Result } from '../../core/contract/methods.ts';
import { useBridge } from '../app/bridge.ts';

export type ExperimentSource = Params<'experiments.validate'>;

/** Experiments before they are runs. All reject with a `ConvolabError`. */
export const useExperimentsStore = defineStore('experiments', () => {
  /** The text of an experiment file the user opened, until the form has taken it. */
  const opened = shallowRef<{ name: string; text: string } | null>(null);

  function validate(source: ExperimentSource): Promise<Result<'experiments.validate'>> {
    return useBridge().call('experiments.validate', source);
  }

  function create(source: ExperimentSource): Promise<Result<'experiments.create'>> {
    return useBridge().call('experiments.create', source);
  }

  return { opened, validate, create };
});
