import type { ErrorJson } from '../../contract/errors.ts';
import type { Extent, ResampleMethod } from '../derive/resample.ts';

/** How images of varied size become samples of one. */
export interface Fit extends Extent {
  readonly method: ResampleMethod;
  /** The whole image, its proportions changed, or the largest part of the right proportions in its middle. */
  readonly keep: 'all' | 'centre';
}

/** An image as it lies in its file. */
export interface EncodedImage {
  /** Names it in errors. */
  readonly file: string;
  readonly bytes: Uint8Array;
}

export type ToDecoder =
  | DecodeJob
  /** No other job follows. */
  | { readonly end: true };

/** Images for a decoding thread, and how large they are wanted. */
export interface DecodeJob {
  readonly id: number;
  readonly images: readonly EncodedImage[];
  readonly fit: Fit;
}

/** One per image: [3, height, width], or why there is none. */
export type DecodedFile = Uint8Array<ArrayBuffer> | ErrorJson;

export interface DecodeAnswer {
  readonly id: number;
  readonly images: readonly DecodedFile[];
}
