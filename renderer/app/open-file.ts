import { useExperimentsStore } from '../stores/experiments.ts';
import { useToastStore } from '../stores/toasts.ts';
import { chooseFiles } from './choose-files.ts';
import { router } from './router.ts';

/** Puts a file's text into the form for new experiments, which says what is wrong with it, if anything. */
export async function takeExperimentFile(file: File): Promise<void> {
  try {
    useExperimentsStore().opened = { name: file.name, text: await file.text() };
    await router.push({ name: 'new', query: { opened: file.name } });
  } catch (thrown) {
    useToastStore().fail(thrown);
  }
}

/** Asks for a file, by the system's own dialog. */
export async function openExperimentFile(): Promise<void> {
  const [file] = await chooseFiles({ accept: '.yaml,.yml,.json' });
  if (file) await takeExperimentFile(file);
}
