import type { FeatureMaps } from '../../../../core/contract/inspect.ts';
import type { ColourRange } from '../../../charts/colormaps.ts';
import type { Sheet } from '../../../charts/pictures.ts';
import { decodeTensor, planeOf } from '../../../charts/tensor.ts';

export interface InputSheet {
  readonly sheet: Sheet;
  readonly range: ColourRange;
  /** The picture as people see it; else the numbers that the network sees, channel by channel. */
  readonly inColour: boolean;
}

/** How the image that a network looks at is drawn: in colour where it has colours, unless its channels are asked for. */
export function inputSheet(
  { picture, layers }: Pick<FeatureMaps, 'picture' | 'layers'>,
  asChannels: boolean,
): InputSheet | null {
  const [layer] = layers;
  if (!layer) return null;
  const tensor = decodeTensor(asChannels || picture.shape[0] !== 3 ? layer.output : picture);
  const [channels = 1, height = 1, width = 1] = tensor.shape;
  if (tensor.data instanceof Uint8Array) {
    const sheet = { tiles: [[tensor.data]], width, height };
    return { sheet, range: { minimum: 0, maximum: 255 }, inColour: true };
  }
  const tiles = [Array.from({ length: channels }, (_, i) => planeOf(tensor, i))];
  const { minimum, maximum } = layer;
  return { sheet: { tiles, width, height }, range: { minimum, maximum }, inColour: false };
}
