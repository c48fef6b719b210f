/** A file with the path that it has below what was chosen: `cat/01.png`. */
export interface ChosenFile {
  readonly file: File;
  readonly path: string;
}

/** A folder that was chosen or dropped. Under Electron `file` leads to its place; a browser tells its files alone. */
export interface ChosenFolder {
  readonly name: string;
  readonly file: File | null;
  files(): Promise<ChosenFile[]>;
}

function ask(prepare: (input: HTMLInputElement) => void): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    prepare(input);
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

/** Asks for files, by the system's own dialog; none where it is closed without a choice. */
export function chooseFiles({ multiple = false, accept = '' } = {}): Promise<File[]> {
  return ask((input) => Object.assign(input, { multiple, accept }));
}

/** Asks for a folder; null where the dialog is closed without a choice, or the folder is empty. */
export async function chooseFolder(): Promise<ChosenFolder | null> {
  const files = await ask((input) => {
    input.webkitdirectory = true;
  });
  const [first] = files;
  if (first === undefined) return null;
  const [name = ''] = first.webkitRelativePath.split('/');
  const below = files.map((file) => ({ file, path: file.webkitRelativePath.slice(name.length + 1) }));
  return { name, file: null, files: async () => below };
}

/** What was dropped: a folder (the first, where there are several), or files. To be asked before the event has ended. */
export function droppedThings(event: DragEvent): { folder: ChosenFolder | null; files: File[] } {
  const files = [...(event.dataTransfer?.files ?? [])];
  for (const item of event.dataTransfer?.items ?? []) {
    const entry = item.webkitGetAsEntry();
    if (entry?.isDirectory) {
      const directory = entry as FileSystemDirectoryEntry;
      return {
        folder: { name: entry.name, file: item.getAsFile(), files: () => filesBelow(directory, '') },
        files: [],
      };
    }
  }
  return { folder: null, files };
}

async function filesBelow(directory: FileSystemDirectoryEntry, prefix: string): Promise<ChosenFile[]> {
  const found: ChosenFile[] = [];
  for (const entry of await entriesOf(directory)) {
    if (entry.name.startsWith('.')) continue;
    const path = prefix + entry.name;
    if (entry.isDirectory) found.push(...(await filesBelow(entry as FileSystemDirectoryEntry, `${path}/`)));
    else found.push({ file: await fileOf(entry as FileSystemFileEntry), path });
  }
  return found;
}

/** A reader gives a hundred at a time, and nothing at the end. */
async function entriesOf(directory: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}
