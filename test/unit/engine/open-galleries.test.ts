import { join } from 'node:path';
import { expect, test } from 'vitest';
import { forgetGalleries, withGallery } from '../../../core/engine/data-desk/open-galleries.ts';
import { writeImageFolder } from '../../support/image-folder.ts';
import { temporaryFolder } from '../../support/project.ts';

test('a data set is not closed under who reads it, and opened anew by who comes later', async () => {
  using folder = temporaryFolder();
  const path = await writeImageFolder(join(folder.path, 'colours'), 10);
  const reference = { name: 'colours', source: { type: 'image-folder', path } };
  const read = await withGallery(reference, folder.path, async (gallery) => {
    forgetGalleries();
    const other = await withGallery(reference, folder.path, async (opened) => opened);
    expect(other).not.toBe(gallery);
    return gallery.splits.get('train')?.read(Uint32Array.of(0, 1), 16);
  });
  expect(read).toHaveLength(2 * 3 * 16 * 16);
  forgetGalleries();
});
