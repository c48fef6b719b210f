import { useRouter } from 'vue-router';
import { useText } from '../../app/text.ts';
import { type ExperimentSource, useExperimentsStore } from '../../stores/experiments.ts';
import { useRunsStore } from '../../stores/runs.ts';
import { useToastStore } from '../../stores/toasts.ts';

/** Starts an experiment and goes to where it can be watched: its run, or the comparison of its runs. */
export function useStartExperiment(): (source: ExperimentSource, name: string) => Promise<boolean> {
  const router = useRouter();
  const text = useText();
  const experiments = useExperimentsStore();
  const runs = useRunsStore();
  const toasts = useToastStore();
  return async (source, name) => {
    try {
      const created = await experiments.create(source);
      await runs.load();
      toasts.note(text('form.started', { name }, created.runs.length));
      const [first] = created.runs;
      if (created.runs.length === 1 && first !== undefined) {
        await router.push({ name: 'run', params: { id: first } });
      } else {
        runs.showOnly(created.runs);
        await router.push({ name: 'compare' });
      }
      return true;
    } catch (thrown) {
      toasts.fail(thrown);
      return false;
    }
  };
}
