import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../project.ts';
import { buildingBlocks } from './blocks.ts';
import { presetPages } from './pages.ts';

const folder = join(projectRoot, 'docs', 'presets');
mkdirSync(folder, { recursive: true });
const pages = await presetPages();
for (const [name, content] of pages) writeFileSync(join(folder, name), content);
writeFileSync(join(projectRoot, 'docs', 'building-blocks.md'), buildingBlocks());
console.log(`${pages.size} files in docs/presets, and docs/building-blocks.md`);
