import { ConvolabError } from '../../contract/errors.ts';

/** A `dataset.damaged` error about one image. */
export function damagedImage(file: string, fact: string, options?: ErrorOptions): ConvolabError {
  return new ConvolabError(
    'dataset.damaged',
    `${file} ${fact}.`,
    { subject: file, hint: 'Replace the file by a sound copy, or leave it out.' },
    options,
  );
}
