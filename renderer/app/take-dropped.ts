import { useOwnDataStore } from '../stores/own-data.ts';
import { droppedThings } from './choose-files.ts';
import { takeExperimentFile } from './open-file.ts';

const experiments = /\.(ya?ml|json)$/i;

/** What was dropped on the window: an experiment is opened; anything else is looked at as data of one's own. */
export function takeDropped(event: DragEvent): void {
  const { folder, files } = droppedThings(event);
  const [file] = files;
  if (folder) void useOwnDataStore().takeFolder(folder);
  else if (file && experiments.test(file.name)) void takeExperimentFile(file);
  else if (file) void useOwnDataStore().takeFile(file);
}
