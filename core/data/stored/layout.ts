import type { SampleSource } from '../../backends/backend.ts';
import type { ImageShape, SampleReader } from '../dataset.ts';

/** How the samples of a data set lie in a few files, and what these mean. */
export interface SampleLayout {
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  /** Names in the order in which their bytes are hashed. */
  readonly files: readonly string[];
  /** Those among them that are too large to be read whole. */
  readonly large: ReadonlySet<string>;
  /**
   * Samples per split, from the first bytes and the lengths of the files alone.
   * @throws `dataset.damaged` naming the file
   */
  count(heads: ReadonlyMap<string, FileHead>): Record<string, number>;
  /**
   * From bytes to splits, which may take the memory of the bytes over.
   * @throws `dataset.damaged` naming the file
   */
  parse(contents: ReadonlyMap<string, FileContent>): Record<string, SampleSource>;
  /** Splits kept in large files; they are read only when asked for. */
  readers?(paths: ReadonlyMap<string, FileHead>): Record<string, SampleReader>;
}

/** The beginning of a file. */
export interface FileHead {
  readonly path: string;
  /** Length, unpacked. */
  readonly bytes: number;
  readonly head: Uint8Array;
}

export interface FileContent {
  readonly path: string;
  /** Unpacked. */
  readonly bytes: Uint8Array;
}

/** A file that the caller has made sure is there. */
export function given<T>(files: ReadonlyMap<string, T>, name: string): T {
  const found = files.get(name);
  if (found === undefined) throw new Error(`${name} was not handed over`);
  return found;
}
