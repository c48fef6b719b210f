import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import { parseHeader } from '../../export/safetensors-header.ts';
import { damaged, unreadable } from '../faults.ts';
import { arrayNames, type NamedArray, setFromArrays } from './arrays.ts';
import { sourceFields } from './fields.ts';
import { defineSource } from './source.ts';

const schema = z.strictObject({
  type: z.literal('safetensors'),
  ...sourceFields({ label: 'File', help: `A .safetensors file that holds ${arrayNames}.` }),
});

/** Images and labels as tensors of one file. */
export const safetensors = defineSource<z.output<typeof schema>>({
  type: 'safetensors',
  label: 'Tensors (safetensors)',
  help: `A .safetensors file that holds ${arrayNames}.`,
  schema,
  async open({ path, test, seed }, name) {
    const file = resolve(path);
    const bytes = await readFile(file).catch((cause) => Promise.reject(unreadable(file, cause)));
    const set = setFromArrays(readTensors(bytes, file), file, { test, seed });
    const hash = createHash('sha256').update(bytes).digest('hex');
    return {
      name,
      title: name || basename(file),
      version: 'own copy',
      hash,
      set,
      close: async () => undefined,
    };
  },
});

function readTensors(bytes: Uint8Array, file: string): Map<string, NamedArray> {
  try {
    const { entries, start } = parseHeader(bytes, bytes.length, file);
    const arrays = [...entries].map(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        return [name, { dtype, shape, bytes: bytes.subarray(start + from, start + to) }] as const;
      },
    );
    return new Map(arrays);
  } catch (thrown) {
    throw thrown instanceof ConvolabError ? damaged(file, thrown.message) : thrown;
  }
}
