import { computed, ref, shallowRef, watch } from 'vue';
import { parseDocument, stringify } from 'yaml';
import type { FieldDescriptor } from '../../../core/contract/catalog.ts';
import { ConvolabError, type Issue } from '../../../core/contract/errors.ts';
import type { Result } from '../../../core/contract/methods.ts';
import {
  cloneName,
  countRuns,
  type Draft,
  setVariants,
  setVariation,
  toggleVariation,
  variantsOf,
  variation,
} from '../../components/forms/experiment-draft.ts';
import { type Difference, differences, getAt, setAt } from '../../components/forms/paths.ts';
import { useExperimentsStore } from '../../stores/experiments.ts';

/** Milliseconds of rest before the engine is asked again. */
const pause = 120;

/** What is wrong with the text itself, before anything in it can be judged. */
export interface YamlFault {
  line: number;
  message: string;
}

/** Reads YAML (or JSON, which is YAML); the first fault where it is none. */
export function readYaml(text: string): { draft: Draft } | { fault: YamlFault } {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error) {
    const line = text.slice(0, error.pos[0]).split('\n').length;
    return { fault: { line, message: error.message } };
  }
  const draft: unknown = document.toJS();
  if (typeof draft !== 'object' || draft === null || Array.isArray(draft)) {
    return { fault: { line: 1, message: 'An experiment is a mapping of keys to values.' } };
  }
  return { draft: draft as Draft };
}

export function writeYaml(draft: Draft): string {
  return stringify(draft, { lineWidth: 0, flowCollectionPadding: true });
}

/**
 * The experiment being written. `draft` is the one truth: the form edits it by paths, the YAML as text, and every change
 * is judged by the engine's own `experiments.validate`.
 */
export function useDraft() {
  const experiments = useExperimentsStore();
  const draft = shallowRef<Draft>({});
  const yaml = ref('');
  const yamlFault = ref<YamlFault | null>(null);
  /** What a clone started from. */
  const original = shallowRef<Draft | null>(null);
  const nameTouched = ref(false);
  const validation = shallowRef<Result<'experiments.validate'> | null>(null);
  const checking = ref(false);
  const failure = shallowRef<ConvolabError | null>(null);

  const issues = computed<Issue[]>(() => validation.value?.issues ?? []);
  const changes = computed<Difference[]>(() =>
    original.value ? differences(original.value, draft.value, ['name']) : [],
  );
  const runCount = computed(() => countRuns(draft.value));
  const ready = computed(() => validation.value?.ok === true && !checking.value && yamlFault.value === null);

  let timer: ReturnType<typeof setTimeout> | undefined;
  let asked = 0;

  async function check(): Promise<void> {
    const question = ++asked;
    try {
      const answer = await experiments.validate({ config: draft.value });
      if (question !== asked) return;
      validation.value = answer;
      failure.value = null;
    } catch (thrown) {
      if (question !== asked) return;
      failure.value = ConvolabError.from(thrown);
    }
    checking.value = false;
  }

  watch(draft, () => {
    checking.value = true;
    clearTimeout(timer);
    timer = setTimeout(() => void check(), pause);
  });

  function take(next: Draft): void {
    const named = original.value && !nameTouched.value;
    draft.value = named ? { ...next, name: cloneName(original.value as Draft, next) } : next;
    yaml.value = writeYaml(draft.value);
    yamlFault.value = null;
  }

  /** Starts over from a preset, a file or a run; `clone` keeps it to show what was changed. */
  function load(start: Draft, clone = false): void {
    original.value = clone ? start : null;
    nameTouched.value = false;
    take(start);
  }

  function set(path: string, value: unknown): void {
    if (path === 'name') nameTouched.value = true;
    take(setAt(draft.value, path, value));
  }

  /** The user's text: taken over as soon as it can be read, whatever it says. */
  function editYaml(text: string): void {
    yaml.value = text;
    const read = readYaml(text);
    if ('fault' in read) {
      yamlFault.value = read.fault;
      return;
    }
    yamlFault.value = null;
    if (read.draft.name !== draft.value.name) nameTouched.value = true;
    draft.value = read.draft;
  }

  /** A text as it came from a file, kept even where it cannot be read. */
  function loadText(text: string): void {
    original.value = null;
    nameTouched.value = true;
    editYaml(text);
  }

  return {
    draft,
    yaml,
    yamlFault,
    original,
    validation,
    checking,
    failure,
    issues,
    changes,
    runCount,
    ready,
    load,
    loadText,
    set,
    editYaml,
    check,
    get: (path: string) => getAt(draft.value, path),
    variation: (path: string) => variation(draft.value, path),
    variants: computed(() => variantsOf(draft.value)),
    setVariants: (variants: ReturnType<typeof variantsOf>) => take(setVariants(draft.value, variants)),
    setVariation: (path: string, values: unknown[]) => take(setVariation(draft.value, path, values)),
    toggleVariation: (path: string, field: FieldDescriptor) =>
      take(toggleVariation(draft.value, path, field)),
  };
}

export type DraftHandle = ReturnType<typeof useDraft>;
