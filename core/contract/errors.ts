/**
 * Every failure a user can meet is a `ConvolabError`: a stable code, what failed, on which object, and one next
 * step. It crosses process boundaries as plain JSON (`toJSON` / `fromJSON`), so the window can show it as a panel and
 * the command line can turn it into an exit code.
 */
export const errorCodes = {
  /** A specification or argument that cannot mean anything: exit code 2. */
  'spec.invalid': 2,
  'spec.unknown-key': 2,
  'spec.syntax': 2,
  'graph.shape': 2,
  'graph.structure': 2,
  'preset.unknown': 2,
  'dataset.unknown': 2,
  'run.unknown': 2,
  'device.unavailable': 2,
  'argument.invalid': 2,
  'filter.invalid': 2,
  /** Something in the world refused: exit code 1. */
  'dataset.missing': 1,
  'dataset.damaged': 1,
  'dataset.busy': 1,
  'download.failed': 1,
  'download.stopped': 1,
  'archive.unsafe': 1,
  'archive.damaged': 1,
  'file.unreadable': 1,
  'file.unwritable': 1,
  'file.damaged': 1,
  'home.unwritable': 1,
  'disk.full': 1,
  'store.newer': 1,
  'store.damaged': 1,
  'store.busy': 1,
  'port.in-use': 1,
  'run.state': 1,
  'train.non-finite': 1,
  'device.lost': 1,
  'device.hung': 1,
  'worker.lost': 1,
  'memory.exhausted': 1,
  'backend.unsupported': 1,
  'native.unavailable': 1,
  'method.unknown': 2,
  'session.unauthorized': 1,
  'engine.unavailable': 1,
  internal: 1,
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** One fault inside a specification: where (`train.optimizer.lr`), and what is wrong there. */
export interface Issue {
  path: string;
  message: string;
}

export interface ErrorDetails {
  /** The object in question: a file, a run id, a layer id, a key path. */
  subject?: string | undefined;
  /** One next step for the user, as a sentence. */
  hint?: string | undefined;
  /** All faults found at once, so that a form can mark every field. */
  issues?: Issue[] | undefined;
}

export interface ErrorJson extends ErrorDetails {
  code: ErrorCode;
  message: string;
}

export class ConvolabError extends Error {
  override readonly name = 'ConvolabError';
  readonly code: ErrorCode;
  readonly subject: string | undefined;
  readonly hint: string | undefined;
  readonly issues: Issue[] | undefined;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.subject = details.subject;
    this.hint = details.hint;
    this.issues = details.issues;
  }

  /** 2 for bad input, 1 for everything else. */
  get exitCode(): 1 | 2 {
    return errorCodes[this.code];
  }

  toJSON(): ErrorJson {
    return {
      code: this.code,
      message: this.message,
      subject: this.subject,
      hint: this.hint,
      issues: this.issues,
    };
  }

  static fromJSON(json: ErrorJson): ConvolabError {
    return new ConvolabError(json.code, json.message, json);
  }

  /** Wraps anything thrown; an unforeseen error keeps its message and becomes `internal`. */
  static from(thrown: unknown): ConvolabError {
    if (thrown instanceof ConvolabError) return thrown;
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    return new ConvolabError('internal', message, {}, { cause: thrown });
  }
}
