/** A file with the path that it has below what was chosen: `cat/01.png`. */
export interface ChosenFile {
  readonly file: File;
  readonly path: string;
}

/** Asks for files, by the system's own dialog; none where it is closed without a choice. */
export function chooseFiles({ multiple = false, accept = '' } = {}): Promise<File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.multiple = multiple;
    input.accept = accept;
    input.addEventListener('change', () => resolve([...(input.files ?? [])]));
    input.addEventListener('cancel', () => resolve([]));
    input.click();
  });
}

/** The files that were dropped; a folder counts as nothing here. */
export async function droppedFiles(event: DragEvent): Promise<File[]> {
  return [...(event.dataTransfer?.files ?? [])];
}
