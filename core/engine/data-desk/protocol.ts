import type { DatasetTask } from '../../contract/datasets.ts';
import type { ErrorJson } from '../../contract/errors.ts';
import type { ParsedParams, Result } from '../../contract/methods.ts';

/** What the engine leaves to a thread: what looks at pixels, and what moves whole data sets about. */
export type Question =
  | 'datasets.show'
  | 'datasets.samples'
  | 'datasets.survey'
  | 'datasets.preview'
  | 'datasets.import'
  | 'datasets.verify'
  | 'datasets.download';

export interface Asked<Q extends Question = Question> {
  readonly id: number;
  readonly home: string;
  readonly question: Q;
  readonly params: ParsedParams<Q>;
}

/** How far a long answer is. */
export type DeskProgress = Pick<
  DatasetTask,
  'phase' | 'file' | 'bytesDone' | 'bytesTotal' | 'bytesPerSecond' | 'etaSeconds'
>;

/** `reason` becomes that of the work's signal: `pause` keeps what can be gone on with. */
export type ToReader =
  | Asked
  | { readonly cancel: number; readonly reason: unknown }
  | { readonly forget: true }
  /** Nobody waits for an answer any more. */
  | { readonly end: true };

export type FromReader =
  | { readonly id: number; readonly answer: Result<Question> }
  | { readonly id: number; readonly error: ErrorJson }
  | { readonly id: number; readonly progress: DeskProgress };
