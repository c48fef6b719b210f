import { shallowRef } from 'vue';
import { ConvolabError } from '../../../../core/contract/errors.ts';

/** An image file of one's own, looked at through every run until another is chosen. */
export interface OwnFile {
  readonly id: number;
  readonly name: string;
  /** Base64. */
  readonly data: string;
}

/** Larger files are no image that anybody drops on a network; they would have to be sent whole. */
const mostBytes = 40 * 2 ** 20;

export const ownFile = shallowRef<OwnFile | null>(null);
let files = 0;

/**
 * Takes the place of the image looked at.
 * @throws `argument.invalid` for a file that is too large
 */
export async function takeOwnFile(file: File): Promise<void> {
  if (file.size > mostBytes) {
    throw new ConvolabError('argument.invalid', `${file.name} is larger than 40 MB.`, {
      subject: file.name,
      hint: 'Make the image smaller first.',
    });
  }
  const bytes = new Uint8Array(await file.arrayBuffer());
  let text = '';
  for (let at = 0; at < bytes.length; at += 0x8000)
    text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  ownFile.value = { id: ++files, name: file.name || 'image', data: btoa(text) };
}
