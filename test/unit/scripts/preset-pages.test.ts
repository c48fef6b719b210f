import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { presetPages } from '../../support/preset-pages/pages.ts';
import { projectRoot } from '../../support/project.ts';

const folder = join(projectRoot, 'docs', 'presets');

describe('the pages of the presets', () => {
  it('say what the presets say, with nothing missing and nothing left over', async () => {
    const pages = await presetPages();
    expect(readdirSync(folder).sort()).toEqual([...pages.keys()].sort());
    for (const [name, content] of pages) {
      expect(readFileSync(join(folder, name), 'utf8'), `${name}: npm run preset-pages`).toBe(content);
    }
  });
});
