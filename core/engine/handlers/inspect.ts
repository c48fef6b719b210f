import { join } from 'node:path';
import { scoreClasses } from '../../contract/class-scores.ts';
import { ConvolabError } from '../../contract/errors.ts';
import type { RunHealth } from '../../contract/health.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import type { Confusion, KernelImages } from '../../contract/runs.ts';
import { isDerived } from '../../data/derive/open.ts';
import { datasets } from '../../data/index.ts';
import { readCheckpoint } from '../../train/checkpoints.ts';
import type { RunConfig } from '../../train/experiment.ts';
import { readHealth } from '../../train/snapshots/files.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import type { Question } from '../inspector/protocol.ts';
import { filmOf } from '../kernel-film.ts';
import { finiteRange, tensorPayload } from '../payload.ts';
import { openRunNetwork, type RunNetwork } from '../run-network.ts';

type Context = Pick<EngineContext, 'store' | 'home' | 'inspector'>;

/** Looking inside a run: what it confuses, what its kernels are, what each layer makes of an image. */
export function inspectHandlers(
  context: Context,
): HandlersOf<'runs.confusion' | 'runs.health' | 'runs.kernels' | 'runs.kernelFilm' | Question> {
  const { inspector } = context;
  return {
    'runs.confusion': (query) => findConfusion(context, query),
    'runs.health': ({ run }) => readRunHealth(context, run),
    'runs.kernels': async ({ run, layer, checkpoint = 'last' }) =>
      kernelsOf(await openRunNetwork(context, run, checkpoint), layer),
    'runs.kernelFilm': (query) => filmOf(context, query),
    'runs.prepare': (params) => inspector.ask('runs.prepare', params),
    'runs.predictions': (params) => inspector.ask('runs.predictions', params),
    'runs.featureMaps': (params) => inspector.ask('runs.featureMaps', params),
    'runs.gradients': (params) => inspector.ask('runs.gradients', params),
    'runs.gradientFlow': (params) => inspector.ask('runs.gradientFlow', params),
    'runs.arithmetic': (params) => inspector.ask('runs.arithmetic', params),
    'runs.saliency': (params) => inspector.ask('runs.saliency', params),
    'runs.occlusion': (params) => inspector.ask('runs.occlusion', params),
    'runs.strongest': (params) => inspector.ask('runs.strongest', params),
    'runs.embedding': (params) => inspector.ask('runs.embedding', params),
    'runs.prepareImage': (params) => inspector.ask('runs.prepareImage', params),
    'runs.predict': (params) => inspector.ask('runs.predict', params),
  };
}

async function findConfusion(
  context: Context,
  { run, epoch, split }: ParsedParams<'runs.confusion'>,
): Promise<Confusion | null> {
  const found = context.store.evaluations.confusion(run, epoch, split);
  if (!found) return null;
  const names = await classNames(context, run);
  const classes = found.counts.map((_, label) => names[label] ?? String(label));
  return {
    run,
    ...found,
    splits: context.store.evaluations.splits(run),
    classes,
    perClass: scoreClasses(classes, found.counts),
  };
}

async function readRunHealth({ store, home }: Context, run: string): Promise<RunHealth> {
  const kept = store.snapshots.list(run).filter(({ kind }) => kind === 'health');
  const epochs = await Promise.all(kept.map(({ path, sha256 }) => readHealth(join(home, path), sha256)));
  return { run, epochs };
}

/** Of a derived set, as they were recorded beside the weights: making the set again only for its names takes long. */
async function classNames({ store, home }: Context, run: string): Promise<readonly string[]> {
  const { dataset } = store.runs.setup(run).config as RunConfig;
  if (!isDerived(dataset)) return datasets.get(dataset.name)?.classes ?? [];
  const last = store.checkpoints.list(run).at(-1);
  if (last === undefined) return [];
  return (await readCheckpoint(join(home, last.path), last.sha256)).data.classes;
}

function kernelsOf({ run, plan, parameters, epoch }: RunNetwork, layer: string): KernelImages {
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
    epoch,
    layer,
    parameter: parameter.name,
    weights: tensorPayload(parameter.shape, weights),
    ...finiteRange(weights),
  };
}
