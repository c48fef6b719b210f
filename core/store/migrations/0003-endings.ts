import type { Migration } from './migration.ts';

/** Why a run ended before its last epoch, in words; null where it did not. */
export const endings: Migration = {
  name: 'endings of runs',
  sql: 'ALTER TABLE runs ADD COLUMN ending TEXT',
};
