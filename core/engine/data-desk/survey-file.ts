import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type DatasetSurvey, datasetSurvey } from '../../contract/datasets.ts';
import { writeFileAtomic } from '../../export/atomic-file.ts';

/** By content: other data of the same name have another file. */
const surveyPath = (home: string, hash: string) => join(home, 'cache', 'surveys', `${hash}.json`);

/** What was found the last time; `undefined` where that is not there, or from a version that wrote it otherwise. */
export async function keptSurvey(home: string, hash: string): Promise<DatasetSurvey | undefined> {
  try {
    return datasetSurvey.parse(JSON.parse(await readFile(surveyPath(home, hash), 'utf8')));
  } catch {
    return undefined;
  }
}

/** A convenience: where it cannot be written, the next look takes as long as this one. */
export async function keepSurvey(home: string, survey: DatasetSurvey): Promise<void> {
  await writeFileAtomic(surveyPath(home, survey.hash), [JSON.stringify(survey)]).catch(() => undefined);
}
