import type { FeatureMaps } from '../../contract/inspect.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { inputId } from '../../graph/graph.ts';
import { mapShape } from '../../kernels/shape.ts';
import { finiteRange, tensorPayload } from '../payload.ts';
import type { OpenNetwork } from './open-network.ts';

/** Runs one image through the network and tells what every layer made of it. */
export async function describeMaps(
  open: OpenNetwork,
  { image }: ParsedParams<'runs.featureMaps'>,
): Promise<FeatureMaps> {
  const { run, plan, epoch } = open.network;
  const { x, picture, label, report } = await open.probe(image);
  const layers = plan.layers.map(({ id, type }) => {
    const { shape = [], data = [] } = report.outputs.get(`${id}.out`) ?? {};
    return describeOutput(id, type, shape.slice(1), Float32Array.from(data));
  });
  return {
    run,
    epoch,
    label,
    classes: [...open.classes],
    probabilities: open.probabilities(open.outputOf(report.outputs)),
    picture: tensorPayload(mapShape(plan.input), picture),
    layers: [describeOutput(inputId, inputId, plan.input, x), ...layers],
  };
}

function describeOutput(
  id: string,
  type: string,
  shape: readonly number[],
  values: Float32Array,
): FeatureMaps['layers'][number] {
  return { id, type, output: tensorPayload(shape, values), ...finiteRange(values) };
}
