import type { ErrorJson } from '../../contract/errors.ts';
import type { ParsedParams, Result } from '../../contract/methods.ts';

/** What the engine asks its reading thread: the methods that look at pixels. */
export type Question = 'datasets.show' | 'datasets.samples' | 'datasets.survey' | 'datasets.preview';

export interface Asked<Q extends Question = Question> {
  readonly id: number;
  readonly home: string;
  readonly question: Q;
  readonly params: ParsedParams<Q>;
}

/** How far a long answer is, in bytes of samples. */
export interface ReadingProgress {
  readonly bytesDone: number;
  readonly bytesTotal: number;
}

export type ToReader = Asked | { readonly cancel: number };

export type FromReader =
  | { readonly id: number; readonly answer: Result<Question> }
  | { readonly id: number; readonly error: ErrorJson }
  | { readonly id: number; readonly progress: ReadingProgress };
