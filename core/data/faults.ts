import { ConvolabError } from '../contract/errors.ts';
import type { DatasetFault } from './dataset.ts';

/** A `dataset.damaged` error about one file. */
export function damaged(file: string, fact: string): ConvolabError {
  return new ConvolabError('dataset.damaged', `${file}: ${fact}`, {
    subject: file,
    hint: 'Remove the file and fetch it again from its source.',
  });
}

/** A `file.unreadable` error with the operating system's word. */
export function unreadable(file: string, cause: unknown): ConvolabError {
  const missing = (cause as NodeJS.ErrnoException | null)?.code === 'ENOENT';
  const reason = missing ? 'it is not there' : cause instanceof Error ? cause.message : String(cause);
  return new ConvolabError(
    'file.unreadable',
    `${file} cannot be read: ${reason}`,
    { subject: file },
    { cause },
  );
}

/** What an error about a file comes to in a report. Anything that is no such error is thrown on. */
export function faultOf(thrown: unknown): DatasetFault {
  if (!(thrown instanceof ConvolabError)) throw thrown;
  if (!['dataset.damaged', 'dataset.missing', 'file.unreadable'].includes(thrown.code)) throw thrown;
  const file = thrown.subject ?? '';
  const { message } = thrown;
  // The file is named beside the reason: `is empty`.
  return {
    file,
    reason: message.startsWith(file) ? message.slice(file.length).replace(/^:? /, '') : message,
  };
}
