import type { Migration } from './migration.ts';

/**
 * When a run trained without a pause: pairs of its seconds of training at the start of a stretch and the time of day, in
 * milliseconds since 1970. For a run from before, one stretch where it cannot have paused; else none.
 */
export const stretches: Migration = {
  name: 'stretches of training',
  sql: `
    ALTER TABLE runs ADD COLUMN stretches TEXT NOT NULL DEFAULT '[]';
    UPDATE runs SET stretches = json_array(json_array(0, round(86400000 * (julianday(started_at) - 2440587.5))))
    WHERE started_at IS NOT NULL AND ended_at IS NOT NULL
      AND 86400 * (julianday(ended_at) - julianday(started_at)) - seconds < 5 + 0.02 * seconds;
  `,
};
