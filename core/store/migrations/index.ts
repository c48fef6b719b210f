import { initial } from './0001-initial.ts';
import { spans } from './0002-spans.ts';
import { endings } from './0003-endings.ts';
import { snapshots } from './0004-snapshots.ts';
import { stretches } from './0005-stretches.ts';
import type { Migration } from './migration.ts';

/** In order; a store's version is the number of those it has been through. */
export const migrations: readonly Migration[] = [initial, spans, endings, snapshots, stretches];
