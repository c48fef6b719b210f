import { hash } from 'node:crypto';
import type { DatasetSurvey } from '../../contract/datasets.ts';
import { ConvolabError } from '../../contract/errors.ts';
import { Meter } from '../../data/progress.ts';
import { tensorPayload } from '../payload.ts';
import { ByteCounts } from './byte-statistics.ts';
import { Duplicates } from './duplicates.ts';
import { type Gallery, type GallerySplit, sizeOf } from './gallery.ts';
import { MeanImages } from './mean-images.ts';
import type { DeskProgress } from './protocol.ts';
import { labelOf } from './samples.ts';
import { slicesOf } from './slices.ts';
import { keepSurvey, keptSurvey } from './survey-file.ts';

interface Options {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: DeskProgress) => void;
}

/** Reads every sample once: statistics, mean images, and which samples are the same. Kept in the data folder by content. */
export async function survey(gallery: Gallery, home: string, options: Options): Promise<DatasetSurvey> {
  const known = await keptSurvey(home, gallery.hash);
  if (known) return { ...known, name: gallery.name };
  const made = await makeSurvey(gallery, options);
  await keepSurvey(home, made);
  return made;
}

async function makeSurvey(gallery: Gallery, { signal, onProgress }: Options): Promise<DatasetSurvey> {
  refuseValues(gallery);
  const size = sizeOf(gallery.shape);
  const bytesTotal = [...gallery.splits.values()].reduce((sum, { count }) => sum + count * size, 0);
  const duplicates = new Duplicates();
  const splits: DatasetSurvey['splits'] = {};
  const meter = new Meter(onProgress);
  meter.begin('reading', bytesTotal);
  const read = meter.adding();
  for (const [name, split] of gallery.splits) {
    splits[name] = await surveySplit(gallery, name, split, { signal, duplicates, read });
  }
  return { name: gallery.name, hash: gallery.hash, splits, duplicates: duplicates.report() };
}

function refuseValues(gallery: Gallery): void {
  if ([...gallery.splits.values()].every(({ bytes }) => bytes)) return;
  throw new ConvolabError('argument.invalid', `${gallery.title} holds whitened values, not pixels.`, {
    subject: gallery.name,
    hint: 'Look at the data set that it was derived from.',
  });
}

async function surveySplit(
  { shape, classes }: Gallery,
  name: string,
  split: GallerySplit,
  work: { signal: AbortSignal; duplicates: Duplicates; read(bytes: number): void },
): Promise<DatasetSurvey['splits'][string]> {
  const size = sizeOf(shape);
  const counts = new ByteCounts(shape);
  const means = new MeanImages(size, classes.length);
  for await (const { first, count, bytes } of slicesOf(split, shape, work.signal)) {
    counts.add(bytes);
    for (let i = 0; i < count; i++) {
      const sample = bytes.subarray(i * size, (i + 1) * size);
      const label = labelOf(split, first + i);
      means.add(sample, label);
      work.duplicates.add(hash('sha256', sample, 'base64'), { split: name, index: first + i, label });
    }
    work.read(bytes.length);
  }
  return {
    count: split.count,
    channels: counts.statistics(),
    meanImage: tensorPayload(shape, means.overall()),
    classMeans: means.labelled ? tensorPayload([classes.length, ...shape], means.byClass()) : null,
  };
}
