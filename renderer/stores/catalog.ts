import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { Catalog } from '../../core/contract/catalog.ts';
import { ConvolabError } from '../../core/contract/errors.ts';
import type { ModelDescription } from '../../core/contract/runs.ts';
import type { ModelSource } from '../../core/contract/specs.ts';
import { useBridge } from '../app/bridge.ts';

/** Layers, presets, data sets, optimizers and schedules as they describe themselves. */
export const useCatalogStore = defineStore('catalog', () => {
  const catalog = shallowRef<Catalog | null>(null);
  const error = shallowRef<ConvolabError | null>(null);

  async function load(): Promise<void> {
    try {
      catalog.value = await useBridge().call('catalog.get', {});
      error.value = null;
    } catch (thrown) {
      error.value = ConvolabError.from(thrown);
    }
  }

  function describe(model: ModelSource, batchSize?: number): Promise<ModelDescription> {
    return useBridge().call('models.describe', batchSize === undefined ? { model } : { model, batchSize });
  }

  return { catalog, error, load, describe };
});
