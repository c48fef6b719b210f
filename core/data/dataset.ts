import type { SampleSource } from '../backends/backend.ts';

/** A data set in memory: bytes as stored, labels, and who the classes are. */
export interface Dataset {
  readonly name: string;
  readonly title: string;
  /** [channels, height, width] of one sample. */
  readonly shape: readonly [number, number, number];
  readonly classes: readonly string[];
  /** Sha256 of the content, the same whether the files are packed or not. Computed when first asked for. */
  readonly hash: string;
  /** `train` and `test`. */
  readonly splits: Readonly<Record<string, SampleSource>>;
}

export type DatasetStatus = 'ready' | 'missing' | 'damaged';

/** What can be told of a data set on this machine without reading all of it. */
export interface DatasetState {
  readonly status: DatasetStatus;
  /** Samples per split: those found, else those published. */
  readonly splits: Readonly<Record<string, number>>;
  /** Bytes on disk, or of the published files where there are none. */
  readonly bytes: number;
}

/** Everything Convolab knows of one data set; a new one is one file that exports this, and one line in the index. */
export interface DatasetDefinition {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly licence: string;
  readonly source: string;
  readonly shape: readonly [number, number, number];
  readonly classes: readonly string[];
  /** `Dataset.hash` of the content as published; a copy of one's own may differ. */
  readonly publishedHash?: string;
  /** Looks at names, headers and lengths only. Never throws for what is wrong with the files: that is its answer. */
  inspect(home: string): Promise<DatasetState>;
  /** Throws `dataset.missing` or `dataset.damaged`, naming the file. */
  open(home: string): Promise<Dataset>;
}
