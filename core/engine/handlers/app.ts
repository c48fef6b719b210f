import { availableParallelism, cpus, platform, release } from 'node:os';
import { augmentDescriptors } from '../../data/augment/index.ts';
import { derivationDescriptors } from '../../data/derive/index.ts';
import { describeDatasets } from '../../data/index.ts';
import { preprocessDescriptors } from '../../data/preprocess/index.ts';
import { sourceDescriptors } from '../../data/sources/index.ts';
import { describeModel } from '../../graph/describe.ts';
import { buildGraph } from '../../graph/graph.ts';
import { layerDescriptors } from '../../layers/index.ts';
import { presetDescriptors, resolveModel } from '../../models/index.ts';
import { shorthandFields } from '../../models/shorthand.ts';
import { averageDescriptors } from '../../train/averaging.ts';
import { clipDescriptors } from '../../train/clipping.ts';
import { initializerDescriptors } from '../../train/initializers.ts';
import { lossDescriptors } from '../../train/losses.ts';
import { optimizerDescriptors } from '../../train/optimizers/index.ts';
import { presetExperiments } from '../../train/preset-experiments.ts';
import { scheduleDescriptors } from '../../train/schedules/index.ts';
import { snapshotFields } from '../../train/snapshots/policy.ts';
import { stoppingDescriptors } from '../../train/stopping.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { appVersion } from '../version.ts';

type Names =
  | 'app.info'
  | 'catalog.get'
  | 'devices.list'
  | 'settings.get'
  | 'settings.set'
  | 'models.describe';

/** Batch size of a description where none is given. */
const usualBatch = 64;

/** What there is to choose from, and where we are. */
export function appHandlers({ home, store }: EngineContext): HandlersOf<Names> {
  return {
    'app.info': async () => ({
      version: appVersion,
      home,
      platform: `${platform()} ${release()}`,
      node: process.versions.node,
      cpu: cpus()[0]?.model.trim() ?? 'unknown',
      cores: availableParallelism(),
      simd: (await devices()).find(({ id }) => id === 'cpu')?.details.simd ?? 'not available',
      storeBytes: store.bytes(),
    }),
    'catalog.get': async () => ({
      layers: [...layerDescriptors],
      losses: [...lossDescriptors],
      optimizers: [...optimizerDescriptors],
      schedules: [...scheduleDescriptors],
      snapshots: [...snapshotFields],
      clipping: [...clipDescriptors],
      averaging: [...averageDescriptors],
      stopping: [...stoppingDescriptors],
      preprocessing: [...preprocessDescriptors],
      augmentations: [...augmentDescriptors],
      derivations: [...derivationDescriptors],
      sources: [...sourceDescriptors],
      initializers: [...initializerDescriptors],
      shorthand: [...shorthandFields],
      models: [...presetDescriptors],
      experiments: await presetExperiments(),
      datasets: await describeDatasets(home),
    }),
    'devices.list': devices,
    'settings.get': () => store.settings.all(),
    'settings.set': ({ values }) => {
      store.settings.set(values);
      return {};
    },
    'models.describe': async ({ model, batchSize = usualBatch }) =>
      describeModel(buildGraph(await resolveModel(model)), batchSize),
  };
}

/** Loading the native backend is left until somebody asks. */
async function devices() {
  const { listDevices } = await import('../../backends/index.ts');
  return listDevices();
}
