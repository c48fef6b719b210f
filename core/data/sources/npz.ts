import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename, resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import { readZip } from '../archive/zip.ts';
import { damaged, unreadable } from '../faults.ts';
import { parseNpy } from '../formats/npy.ts';
import { arrayNames, type NamedArray, setFromArrays } from './arrays.ts';
import { sourceFields } from './fields.ts';
import { defineSource } from './source.ts';

const schema = z.strictObject({
  type: z.literal('npz'),
  ...sourceFields({ label: 'File', help: `An .npz file that holds ${arrayNames}.` }),
});

/** More is no file that fits into memory twice. */
const limits = { files: 1000, bytes: 4e9 };

/** NumPy's archive of arrays, as `numpy.savez` and `numpy.savez_compressed` write it. */
export const npz = defineSource<z.output<typeof schema>>({
  type: 'npz',
  label: 'NumPy arrays (npz)',
  help: `An .npz file that holds ${arrayNames}.`,
  schema,
  async open({ path, test, seed }, name) {
    const file = resolve(path);
    const hash = await hashOf(file);
    const set = setFromArrays(await readArrays(file), file, { test, seed });
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

async function hashOf(file: string): Promise<string> {
  const sha256 = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20 }))
      sha256.update(chunk as Uint8Array);
  } catch (cause) {
    throw unreadable(file, cause);
  }
  return sha256.digest('hex');
}

async function readArrays(file: string): Promise<Map<string, NamedArray>> {
  const arrays = new Map<string, NamedArray>();
  try {
    await readZip(file, limits, async (entry) => {
      if (!entry.path.endsWith('.npy')) return;
      const bytes = await buffer(await entry.open());
      const name = entry.path.slice(0, -'.npy'.length);
      arrays.set(name, parseNpy(bytes, `${file}, ${name}`));
    });
    return arrays;
  } catch (thrown) {
    const broken = thrown instanceof ConvolabError && thrown.code.startsWith('archive.');
    throw broken ? damaged(file, thrown.message.replace(`${file} is damaged: `, '')) : thrown;
  }
}
