import type { z } from 'zod';
import type { VariantDescriptor } from '../../contract/catalog.ts';
import { describeFields } from '../../contract/fields.ts';
import type { Base } from '../derive/base.ts';

/** One kind of data of one's own (`dataset.source`); a new one is one file that exports this, and one line in the registry. */
export interface Source<T extends { type: string; path: string } = { type: string; path: string }> {
  readonly type: T['type'];
  readonly label: string;
  readonly help: string;
  /** Strict object of described fields with `type` and `path`. */
  readonly schema: z.ZodObject;
  /**
   * Looks at what is there. `hash` tells other content by names, sizes and times alone where reading all of it would
   * take long.
   * @param name what the user calls it
   * @throws `dataset.missing`, `dataset.damaged`, `file.unreadable`, `spec.invalid`
   */
  open(spec: T, name: string): Promise<Base>;
}

/** Keeps a source's own type inside its file, and gives the registry one it can hold. */
export function defineSource<T extends { type: string; path: string }>(
  source: Source<T>,
): Source & VariantDescriptor {
  return {
    ...source,
    fields: describeFields(source.schema),
    open: (spec, name) => source.open(spec as T, name),
  };
}
