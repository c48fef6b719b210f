import { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import type { Base } from '../derive/base.ts';
import { csv } from './csv.ts';
import { imageFolder } from './image-folder.ts';
import { npz } from './npz.ts';
import { safetensors } from './safetensors.ts';
import type { Source } from './source.ts';

/** Every kind of data of one's own: one line each. */
const sources: readonly (Source & VariantDescriptor)[] = [imageFolder, csv, npz, safetensors];

const byType: ReadonlyMap<string, Source> = new Map(sources.map((source) => [source.type, source]));

const [first, ...rest] = sources.map(
  ({ schema }) => schema as unknown as z.ZodType<{ type: string; path: string }>,
);
/** `dataset.source`, read by its own type's schema: defaults filled in, unknown keys refused. */
export const sourceSchema = z.union([first as z.ZodType<{ type: string; path: string }>, ...rest]);
export type SourceSpec = z.output<typeof sourceSchema>;

/** For the window's form. */
export const sourceDescriptors: readonly VariantDescriptor[] = sources.map(
  ({ type, label, help, fields }) => ({
    type,
    label,
    help,
    fields: [...fields],
  }),
);

/** Opens data of one's own. Parsing has found the type among those known. */
export function openSource(name: string, spec: SourceSpec): Promise<Base> {
  return (byType.get(spec.type) as Source).open(spec, name);
}
