import type { Verification } from '../../contract/datasets.ts';
import type { ParsedParams } from '../../contract/methods.ts';
import { acquire } from '../../data/acquire/acquire.ts';
import { importDataset } from '../../data/acquire/import.ts';
import type { VerificationReport } from '../../data/dataset.ts';
import { findDataset } from '../../data/index.ts';
import { Meter, type Watching } from '../../data/progress.ts';
import { verifySource } from './verify-images.ts';

/** Fetches a data set, or goes on with what was fetched before. Throws as `acquire` does. */
export async function download(
  { name }: ParsedParams<'datasets.download'>,
  home: string,
  watching: Watching,
): Promise<Record<string, never>> {
  await acquire(findDataset(name), home, watching);
  return {};
}

/** Throws as `importDataset` does. */
export async function importFiles(
  { name, paths }: ParsedParams<'datasets.import'>,
  home: string,
  watching: Watching,
): Promise<Verification> {
  return plain(await importDataset(findDataset(name), home, paths, watching));
}

/** Reads every file of a data set and says what is wrong with it. */
export async function verify(
  { name, source }: ParsedParams<'datasets.verify'>,
  home: string,
  watching: Watching,
): Promise<Verification> {
  if (source) return verifySource({ name, source }, home, watching);
  const { signal, onProgress } = watching;
  const definition = findDataset(name);
  const meter = new Meter(onProgress);
  meter.begin('verifying', (await definition.inspect(home)).bytes);
  return plain(await definition.verify(home, { signal, onRead: meter.adding() }));
}

function plain({ splits, faults, ...report }: VerificationReport): Verification {
  return { ...report, splits: { ...splits }, faults: faults.map((fault) => ({ ...fault })) };
}
