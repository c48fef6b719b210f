import { charts } from './en/charts.ts';
import { compare } from './en/compare.ts';
import { data } from './en/data.ts';
import { figures } from './en/figures.ts';
import { frame } from './en/frame.ts';
import { inspect } from './en/inspect.ts';
import { judge } from './en/judge.ts';
import { run } from './en/run.ts';
import { runs } from './en/runs.ts';
import { table } from './en/table.ts';
import { views } from './en/views.ts';
import { why } from './en/why.ts';

/** Every text of the window, in English. Other languages fill the same shape (`Catalogue` in app/text.ts). */
export const en = {
  ...frame,
  ...views,
  data,
  runs,
  run,
  inspect,
  table,
  compare,
  charts,
  judge,
  figures,
  why,
} as const;
