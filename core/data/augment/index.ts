import { z } from 'zod';
import type { AugmentCall } from '../../backends/backend.ts';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { colour } from './colour.ts';
import { crop } from './crop.ts';
import { cutout } from './cutout.ts';
import { elastic } from './elastic.ts';
import { flip } from './flip.ts';
import { lighting } from './lighting.ts';
import { AugmentRandom } from './random.ts';
import { rotate } from './rotate.ts';
import { scale } from './scale.ts';
import { shear } from './shear.ts';
import { shift } from './shift.ts';
import { type AugmentContext, type AugmentStep, stages } from './step.ts';
import { type Geometry, plainView, type View } from './view.ts';

/** Every kind of augmentation there is: one line each. */
const steps: readonly AugmentStep[] = [
  shift,
  rotate,
  scale,
  shear,
  flip,
  crop,
  elastic,
  colour,
  lighting,
  cutout,
];

export const augmentSteps: ReadonlyMap<string, AugmentStep> = new Map(steps.map((step) => [step.type, step]));

const [first, ...rest] = steps.map((step) => step.schema);
/** One entry of `dataset.augment`. */
export const augmentSchema = z.union([first as z.ZodType<{ type: string }>, ...rest]);
export type AugmentSpec = z.output<typeof augmentSchema>;

/** For the window's form. */
export const augmentDescriptors: readonly VariantDescriptor[] = steps.map(
  ({ type, label, help, fields }) => ({
    type,
    label,
    help,
    fields: [...fields],
  }),
);

/** Whether training shows windows of the images, so that these may be larger than what the model takes. */
export function cutsWindows(list: readonly { readonly type: string }[]): boolean {
  return list.some(({ type }) => type === crop.type);
}

/** The first step that stands behind one it has to come before, and that one; null where the order is as it must be. */
export function misplaced(
  list: readonly { readonly type: string }[],
): { place: number; message: string } | null {
  const stageOf = (type: string) => stages.indexOf(augmentSteps.get(type)?.stage ?? 'place');
  for (const [place, { type }] of list.entries()) {
    const before = list
      .slice(0, place)
      .find((other) => stageOf(other.type) > stageOf(type) || (type === 'elastic' && other.type === type));
    if (!before) continue;
    const message =
      before.type === type
        ? `there can be one ${type} only`
        : `${type} must come before ${before.type}: first what moves pixels, then elastic, then colours, then what blanks out`;
    return { place, message };
  }
  return null;
}

/**
 * The list as plain numbers, with what the steps learn from the training samples.
 * @throws `spec.invalid` for a step that these samples' channels do not suit
 */
export function resolveAugmentation(list: readonly AugmentSpec[], context: AugmentContext): AugmentCall[] {
  return list.map((spec, place) => {
    const step = stepOf(spec.type);
    const [channels = 1] = context.source.shape;
    if (step.channels && !step.channels.includes(channels)) {
      const message = `${step.label} needs images of ${step.channels.join(' or ')} channels; these have ${channels}.`;
      throw new ConvolabError('spec.invalid', message, {
        subject: `dataset.augment.${place}`,
        hint: `Leave ${spec.type} out.`,
        issues: [{ path: `dataset.augment.${place}`, message }],
      });
    }
    return { type: spec.type, numbers: step.resolve(spec, context) };
  });
}

/**
 * What a sample goes through in an epoch: a pure function of all these, the same on every device.
 * @param sample index in the stored split
 */
export function drawView(
  calls: readonly AugmentCall[],
  moment: { readonly seed: number; readonly epoch: number },
  sample: number,
  geometry: Geometry,
): View {
  const view = plainView();
  for (const [place, { type, numbers }] of calls.entries()) {
    stepOf(type).draw(numbers, new AugmentRandom(moment.seed, place, moment.epoch, sample), view, geometry);
  }
  return view;
}

function stepOf(type: string): AugmentStep {
  const step = augmentSteps.get(type);
  if (step) return step;
  throw new ConvolabError('backend.unsupported', `There is no augmentation ${type}.`, { subject: type });
}
