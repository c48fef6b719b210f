import { defineStore } from 'pinia';
import { computed, ref, shallowRef, watch } from 'vue';
import type { DatasetDescriptor } from '../../core/contract/catalog.ts';
import { ConvolabError } from '../../core/contract/errors.ts';
import type { DatasetReference } from '../../core/contract/specs.ts';
import { useBridge } from '../app/bridge.ts';
import type { ChosenFile, ChosenFolder } from '../app/choose-files.ts';
import { discard, keep as keepUpload, send, type Upload } from './engine-paths.ts';
import { useSettingsStore } from './settings.ts';

/** What kind of data a file is, by its name. */
const kinds: readonly [RegExp, string][] = [
  [/\.csv(\.gz)?$/i, 'csv'],
  [/\.npz$/i, 'npz'],
  [/\.safetensors$/i, 'safetensors'],
];
const archives = /\.(zip|tar|tgz|gz|bz2|xz|7z|rar)$/i;
const images = /\.(jpe?g|png|webp|tiff?)$/i;

/** `csv`, `npz` or `safetensors`; undefined for a file that is no data. */
function kindOfFile(name: string): string | undefined {
  return kinds.find(([pattern]) => pattern.test(name))?.[1];
}

export type OwnReference = DatasetReference & { source: NonNullable<DatasetReference['source']> };

/** Data of one's own: where they lie is remembered in the data folder; nothing of them is copied but by a browser. */
export const useOwnDataStore = defineStore('own-data', () => {
  const settings = useSettingsStore();
  const list = computed<OwnReference[]>(() => (settings.values.ownData as OwnReference[] | undefined) ?? []);

  /** What is being added, from the drop to the decision. */
  const candidate = shallowRef<{ reference: OwnReference; descriptor: DatasetDescriptor } | null>(null);
  /** The copy of it that a browser has sent; gone again where it is of no use, or not wanted. */
  const copy = shallowRef<Upload | null>(null);
  /** Open from the wish to add something until it is added or not. */
  const asking = ref(false);
  let sendingEnds = new AbortController();
  const sending = shallowRef<{ done: number; total: number } | null>(null);
  const error = shallowRef<ConvolabError | null>(null);

  function ask(): void {
    forgetCandidate();
    error.value = null;
    asking.value = true;
  }

  function forgetCandidate(): void {
    candidate.value = null;
    if (copy.value) discard(copy.value).catch(() => undefined);
    copy.value = null;
  }
  watch(asking, (now) => {
    if (now) return;
    sendingEnds.abort();
    forgetCandidate();
  });

  async function attempt(find: () => Promise<OwnReference>): Promise<void> {
    ask();
    try {
      const reference = await find();
      const descriptor = await useBridge().call('datasets.describe', reference);
      candidate.value = { reference, descriptor };
    } catch (thrown) {
      forgetCandidate();
      if (asking.value) error.value = ConvolabError.from(thrown);
    }
    sending.value = null;
  }

  /** Looks at a folder or a file by its path on the engine's machine. */
  const takePath = (path: string) =>
    attempt(async () => {
      const name =
        path
          .replace(/[\\/]+$/, '')
          .split(/[\\/]/)
          .at(-1) ?? path;
      return reference(name, kindOfFile(name) ?? 'image-folder', path);
    });

  const takeFolder = (folder: ChosenFolder) =>
    attempt(async () => {
      const own = folder.file === null ? null : useBridge().pathOf(folder.file);
      if (own !== null) return reference(folder.name, 'image-folder', own);
      const files = await folder.files();
      const place = placeOf(files);
      if (place !== null) return reference(folder.name, 'image-folder', place);
      return reference(
        folder.name,
        'image-folder',
        await sendAll(
          files.filter(({ path }) => images.test(path)),
          folder.name,
        ),
      );
    });

  const takeFile = (file: File) =>
    attempt(async () => {
      const kind = kindOfFile(file.name);
      if (kind === undefined) throw notData(file.name);
      const own = useBridge().pathOf(file);
      if (own !== null) return reference(file.name, kind, own);
      const folder = await sendAll([{ file, path: file.name }], file.name);
      return reference(file.name, kind, `${folder}/${file.name}`);
    });

  async function sendAll(files: readonly ChosenFile[], name: string): Promise<string> {
    if (files.length === 0) {
      throw new ConvolabError('dataset.missing', `${name} holds no JPEG, PNG, WebP or TIFF images.`, {
        subject: name,
        hint: 'Choose a folder with one folder of images for each class.',
      });
    }
    sendingEnds = new AbortController();
    const told = (done: number, total: number) => {
      sending.value = { done, total };
    };
    copy.value = await send(files, told, sendingEnds.signal);
    return copy.value.folder;
  }

  /** A name that no other data have. */
  function reference(name: string, type: string, path: string): OwnReference {
    const known = list.value.find((other) => other.source.path === path);
    const plain = name.replace(/\.(csv|csv\.gz|npz|safetensors)$/i, '');
    const taken = (candidateName: string) => list.value.some((other) => other.name === candidateName);
    let free = plain;
    for (let number = 2; taken(free); number++) free = `${plain}-${number}`;
    return { name: known?.name ?? free, source: { type, path } };
  }

  /** As soon as the settings that remember it are here. */
  async function find(name: string): Promise<OwnReference | undefined> {
    if (list.value.length === 0) await settings.load();
    return list.value.find((other) => other.name === name);
  }

  /** Remembers what was looked at. */
  async function keep(): Promise<OwnReference | null> {
    if (candidate.value === null) return null;
    const kept = await settled(candidate.value.reference);
    const others = list.value.filter(({ name }) => name !== kept.name);
    await settings.set({ ownData: [...others, kept] });
    asking.value = false;
    return kept;
  }

  /** Where its copy stays, where it has one. */
  async function settled({ source, ...rest }: OwnReference): Promise<OwnReference> {
    if (copy.value === null) return { ...rest, source };
    const { folder } = copy.value;
    const stays = await keepUpload(copy.value, rest.name);
    copy.value = null;
    return { ...rest, source: { ...source, path: stays + source.path.slice(folder.length) } };
  }

  /** Forgets where they are; the files stay as they are. */
  function forget(name: string): Promise<void> {
    return settings.set({ ownData: list.value.filter((other) => other.name !== name) });
  }

  return {
    list,
    candidate,
    copied: computed(() => copy.value !== null),
    asking,
    sending,
    error,
    ask,
    takePath,
    takeFolder,
    takeFile,
    find,
    keep,
    forget,
    /** A browser is not told where files lie, and has to copy them. */
    pathless: useBridge().shell === 'browser',
    describe: (which: DatasetReference) => useBridge().call('datasets.describe', which),
    starter: (which: DatasetReference) => useBridge().call('datasets.starter', which),
  };
});

function notData(name: string): ConvolabError {
  const hint = archives.test(name)
    ? 'Unpack it and give the folder. The archive of a published data set is imported on its page under Data.'
    : 'Give a folder with one folder of images for each class, or a CSV, npz or safetensors file. Experiments are YAML or JSON.';
  return new ConvolabError('argument.invalid', `${name} is no data that Convolab reads.`, {
    subject: name,
    hint,
  });
}

/** Where a folder lies whose files' places are known; null in a browser. */
function placeOf([first]: readonly ChosenFile[]): string | null {
  const path = first && useBridge().pathOf(first.file);
  if (!first || !path) return null;
  return path.slice(0, path.length - first.path.length).replace(/[\\/]+$/, '');
}
