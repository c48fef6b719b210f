import type { VariantDescriptor } from '../contract/catalog.ts';
import { describeFields } from '../contract/fields.ts';
import { activation } from './activation.ts';
import { add } from './add.ts';
import { batchNorm } from './batch-norm.ts';
import { concat } from './concat.ts';
import { conv } from './conv.ts';
import { dense } from './dense.ts';
import { dropout } from './dropout.ts';
import { flatten } from './flatten.ts';
import { globalPool } from './global-pool.ts';
import type { LayerDefinition } from './layer.ts';
import { local } from './local.ts';
import { lrn } from './lrn.ts';
import { pool } from './pool.ts';
import { rbf } from './rbf.ts';
import { softmax } from './softmax.ts';

const all: readonly LayerDefinition[] = [
  conv,
  local,
  pool,
  globalPool,
  dense,
  activation,
  batchNorm,
  lrn,
  dropout,
  flatten,
  rbf,
  softmax,
  concat,
  add,
];

/** Every layer by its `type`. */
export const layers: ReadonlyMap<string, LayerDefinition> = new Map(all.map((layer) => [layer.type, layer]));

/** For the window's forms. */
export const layerDescriptors: readonly VariantDescriptor[] = all.map(({ type, label, help, schema }) => ({
  type,
  label,
  help,
  fields: describeFields(schema),
}));
