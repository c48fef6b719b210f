import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { augmentDescriptors } from '../../../core/data/augment/index.ts';
import { layerDescriptors } from '../../../core/layers/index.ts';
import { expandExperiment, parseExperiment } from '../../../core/train/experiment.ts';
import { lossDescriptors } from '../../../core/train/losses.ts';
import { optimizerDescriptors } from '../../../core/train/optimizers/index.ts';
import { scheduleDescriptors } from '../../../core/train/schedules/index.ts';
import { buildingBlocks, severalRuns } from '../../support/preset-pages/blocks.ts';
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

describe('the page of building blocks', () => {
  const page = readFileSync(join(projectRoot, 'docs', 'building-blocks.md'), 'utf8');

  it('says what the blocks say', () => {
    expect(buildingBlocks(), 'npm run preset-pages').toBe(page);
  });

  it('shows an experiment of several runs that is one', () => {
    expect(page).toContain(severalRuns);
    const runs = expandExperiment(parseExperiment({ text: severalRuns }));
    expect(runs).toHaveLength(12);
    expect(new Set(runs.map(({ train }) => train.optimizer.lr))).toEqual(new Set([0.5, 0.05]));
  });

  it('has every layer, loss, optimizer, schedule and augmentation', () => {
    const known = [
      layerDescriptors,
      lossDescriptors,
      optimizerDescriptors,
      scheduleDescriptors,
      augmentDescriptors,
    ];
    for (const { type, fields } of known.flat()) {
      expect(page).toContain(`### \`${type}\`: `);
      for (const { key } of fields) expect(page).toContain(`| \`${key}\` |`);
    }
  });
});
