import { ConvolabError } from '../../contract/errors.ts';
import type { Confusion, KernelImages } from '../../contract/runs.ts';
import { datasets } from '../../data/index.ts';
import type { Store } from '../../store/store.ts';
import type { RunConfig } from '../../train/experiment.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { computeFeatureMaps } from '../feature-maps.ts';
import { finiteRange, tensorPayload } from '../payload.ts';
import { openRunData, openRunNetwork, type RunNetwork } from '../run-network.ts';

type Context = Pick<EngineContext, 'store' | 'home'>;

/** Looking inside a run: what it confuses, what its kernels are, what each layer makes of an image. */
export function inspectHandlers(
  context: Context,
): HandlersOf<'runs.confusion' | 'runs.kernels' | 'runs.featureMaps'> {
  return {
    'runs.confusion': ({ run, epoch }) => findConfusion(context.store, run, epoch),
    'runs.kernels': async ({ run, layer, checkpoint = 'last' }) =>
      kernelsOf(await openRunNetwork(context, run, checkpoint), layer),
    'runs.featureMaps': async ({ run, split = 'test', index, checkpoint = 'last' }) => {
      const network = await openRunNetwork(context, run, checkpoint);
      return computeFeatureMaps(network, await openRunData(context, network), split, index);
    },
  };
}

function findConfusion(store: Store, run: string, epoch: number | undefined): Confusion | null {
  const found = store.evaluations.confusion(run, epoch);
  if (!found) return null;
  const config = store.runs.setup(run).config as RunConfig;
  const names = datasets.get(config.dataset.name)?.classes;
  return { run, ...found, classes: found.counts.map((_, label) => names?.[label] ?? String(label)) };
}

function kernelsOf({ run, plan, parameters, checkpoint }: RunNetwork, layer: string): KernelImages {
  const parameter = plan.parameters.find(({ name }) => name === `${layer}.weight`);
  const weights = parameter && parameters.get(parameter.name);
  if (!weights) {
    const known = plan.parameters.filter(({ name }) => name.endsWith('.weight')).map((each) => each.layer);
    throw new ConvolabError('argument.invalid', `Run ${run} has no layer "${layer}" with weights.`, {
      subject: layer,
      hint: `Layers with weights: ${known.join(', ')}.`,
    });
  }
  return {
    run,
    epoch: checkpoint.epoch,
    layer,
    parameter: parameter.name,
    weights: tensorPayload(parameter.shape, weights),
    ...finiteRange(weights),
  };
}
