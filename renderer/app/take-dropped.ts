import { kindOfFile, useOwnDataStore } from '../stores/own-data.ts';
import { droppedThings } from './choose-files.ts';
import { takeExperimentFile } from './open-file.ts';

/** What was dropped on the window: a folder of images or a file of data is looked at, any other file is an experiment. */
export function takeDropped(event: DragEvent): void {
  const { folder, files } = droppedThings(event);
  const [file] = files;
  if (folder) void useOwnDataStore().takeFolder(folder);
  else if (file && kindOfFile(file.name)) void useOwnDataStore().takeFile(file);
  else if (file) void takeExperimentFile(file);
}
