import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetDefinition, DatasetSource, RemoteFile } from '../dataset.ts';
import { datasetFolder } from '../stored/folder.ts';
import { exists, type Incoming, incomingOf } from './incoming.ts';
import { freeBytes } from './space.ts';

/** What fetching a data set would come to, told before it is begun. */
export interface AcquisitionPlan {
  /** The source that will be tried first; `null` where there is nothing to fetch. */
  readonly source: DatasetSource['kind'] | null;
  readonly bytesToFetch: number;
  /** On disk at most, besides what is there already. */
  readonly bytesNeeded: number;
  readonly bytesFree: number | null;
  /** Part of it was fetched before, and is kept. */
  readonly resumable: boolean;
  /** What a user without a network fetches elsewhere. */
  readonly files: readonly Pick<RemoteFile, 'name' | 'urls' | 'bytes'>[];
  /** A command of the operating system that brings it. */
  readonly command: string | null;
  /** Where the data set's own files lie, or would lie. */
  readonly folder: string;
}

export async function acquisitionPlan(definition: DatasetDefinition, home: string): Promise<AcquisitionPlan> {
  const incoming = incomingOf(home, definition.name);
  const fetched = await fetchedBytes(definition, incoming);
  const source = await firstSource(definition.sources);
  return {
    source: source?.kind ?? null,
    bytesToFetch: source === undefined ? 0 : Math.max(0, sourceBytes(source) - fetched),
    bytesNeeded: await bytesNeeded(definition, incoming),
    bytesFree: await freeBytes(incoming.folder),
    resumable: fetched > 0,
    files: webFiles(definition).map(({ name, urls, bytes }) => ({ name, urls, bytes })),
    command: definition.sources.find((each) => each.kind === 'system')?.command ?? null,
    folder: datasetFolder(home, definition.name),
  };
}

/** A folder of the system's is a source only where it is there. */
async function firstSource(sources: readonly DatasetSource[]): Promise<DatasetSource | undefined> {
  for (const source of sources) {
    if (source.kind !== 'system' || (await exists(source.folder))) return source;
  }
  return undefined;
}

function sourceBytes(source: DatasetSource): number {
  switch (source.kind) {
    case 'web':
      return source.files.reduce((sum, { bytes }) => sum + (bytes ?? 0), 0);
    case 'npm':
      return source.bytes;
    case 'system':
      return 0;
  }
}

function webFiles({ sources }: DatasetDefinition): readonly RemoteFile[] {
  return sources.flatMap((source) => (source.kind === 'web' ? source.files : []));
}

/** Bytes of the files to be fetched that an earlier start has brought. */
export async function fetchedBytes(definition: DatasetDefinition, { downloads }: Incoming): Promise<number> {
  let sum = 0;
  for (const { name } of webFiles(definition)) {
    const whole = await stat(join(downloads, name)).catch(() => undefined);
    const part = whole ?? (await stat(join(downloads, `${name}.part`)).catch(() => undefined));
    sum += part?.size ?? 0;
  }
  return sum;
}

/** Bytes of disk that fetching and unpacking still take at most. */
export async function bytesNeeded(definition: DatasetDefinition, incoming: Incoming): Promise<number> {
  const largest = Math.max(0, ...definition.sources.map(sourceBytes));
  const rest = Math.max(0, largest - (await fetchedBytes(definition, incoming)));
  return rest + definition.published.bytes;
}

/** An address; and what to call what it brings, where nobody could guess that. */
function whereToGet({ name, urls: [first = ''] }: RemoteFile): string {
  return first.split('?')[0]?.endsWith(`/${name}`) ? first : `${first} (as ${name})`;
}

/** How to come by a data set where it cannot be fetched, as sentences. */
export function manualWay(definition: DatasetDefinition): string {
  const { name, sources } = definition;
  const files = webFiles(definition);
  const ways = sources.flatMap((source) => (source.kind === 'system' ? [`run ${source.command}`] : []));
  if (files.length > 0) {
    const urls = files.map(whereToGet).join(' and ');
    ways.push(
      `fetch ${urls} elsewhere and run \`convolab datasets import ${name} <${files.length > 1 ? 'files' : 'file'}>\``,
    );
  }
  const all = ways.join(', or ');
  return all === '' ? '' : `Without a network, ${all}.`;
}
