import type { ErrorJson } from '../../contract/errors.ts';
import type { inspectMethods } from '../../contract/inspect.ts';
import type { ParsedParams, Result } from '../../contract/methods.ts';

/** What the engine leaves to the process that looks into networks. */
export type Question = keyof typeof inspectMethods;

export interface Asked<Q extends Question = Question> {
  readonly id: number;
  readonly question: Q;
  readonly params: ParsedParams<Q>;
}

export type ToInspector =
  | { readonly home: string }
  | Asked
  /** A data set was replaced: what is open of it goes. */
  | { readonly forget: true };

export type FromInspector =
  | { readonly id: number; readonly answer: Result<Question> }
  | { readonly id: number; readonly error: ErrorJson };
