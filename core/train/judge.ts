import { join } from 'node:path';
import type { Backend } from '../backends/backend.ts';
import type { ViewKind } from '../contract/judgement.ts';
import { judgedParameters } from './averaging.ts';
import { readCheckpoint } from './checkpoints.ts';
import { type Committee, formCommittee, type Opinion, opinionOf } from './committee.ts';
import type { RunConfig } from './experiment.ts';
import { openSession } from './session.ts';
import { mustBeTrainedOn } from './training-data.ts';

/** A run with the weights that it is judged by. */
export interface Column {
  readonly run: string;
  readonly config: RunConfig;
  readonly checkpoint: { readonly path: string; readonly sha256: string; readonly epoch: number };
}

export interface JudgePlace {
  readonly home: string;
  readonly backend: Backend;
  readonly threads: number;
  readonly views: ViewKind;
}

export interface Judgement extends Committee {
  readonly classes: readonly string[];
  /** Views of each image. */
  readonly views: number;
}

/**
 * What runs say of the test set together.
 * @throws `argument.invalid` where they were not tested on the same images; whatever a session or checkpoint throws
 */
export async function judgeRuns(columns: readonly Column[], place: JudgePlace): Promise<Judgement> {
  const opinions: Opinion[] = [];
  let classes: readonly string[] = [];
  for (const column of columns) {
    const asked = await askColumn(column, place);
    opinions.push(asked.opinion);
    classes = asked.classes;
  }
  return { ...formCommittee(opinions), classes, views: opinions[0]?.views ?? 1 };
}

async function askColumn({ config, checkpoint }: Column, place: JudgePlace) {
  const session = await openSession(config, place);
  try {
    const { state, data } = await readCheckpoint(join(place.home, checkpoint.path), checkpoint.sha256);
    mustBeTrainedOn(data, session.data);
    session.program.setState({ ...state, parameters: judgedParameters(state, config.train.average) });
    return { opinion: await opinionOf(session, place.views), classes: session.data.classes };
  } finally {
    session.program.dispose();
  }
}
