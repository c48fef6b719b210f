import type { FeatureMaps, InspectedImage, LayerGradients } from '../../../../core/contract/inspect.ts';
import { useInspectStore } from '../../../stores/inspect.ts';
import { type Answer, useAnswer } from '../../answer.ts';

/** A run's network at an epoch, and the image that it is shown; null while any of it is not known. */
export interface Shown {
  readonly run: string;
  readonly checkpoint: number;
  readonly image: InspectedImage;
}

/** What every layer makes of the image. */
export function useMaps(shown: () => Shown | null): Answer<FeatureMaps> {
  return useAnswer(shown, useInspectStore().featureMaps);
}

/** What of the loss reaches every layer. */
export function useGradients(shown: () => Shown | null): Answer<LayerGradients> {
  return useAnswer(shown, useInspectStore().gradients);
}
