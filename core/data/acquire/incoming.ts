import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { uptime } from 'node:os';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import { writeError } from '../../export/atomic-file.ts';
import { makeFolders } from '../../export/folders.ts';
import { isAlive as processIsAlive } from '../../store/processes.ts';
import { datasetFolder } from '../stored/folder.ts';

/** Where data sets are made ready: everything in it is half done, and nothing in it is ever trained on. */
export function incomingFolder(home: string, name: string): string {
  return join(home, 'datasets', '.incoming', name);
}

/** The places of one data set that is on its way. */
export interface Incoming {
  readonly folder: string;
  /** Files as they are fetched; kept until the data set is published, so that a later start can go on. */
  readonly downloads: string;
  /** The data set as it will be; begun anew at every start. */
  readonly staging: string;
  /** The copy that the new one takes the place of, while it does. */
  readonly previous: string;
}

export function incomingOf(home: string, name: string): Incoming {
  const folder = incomingFolder(home, name);
  return {
    folder,
    downloads: join(folder, 'downloads'),
    staging: join(folder, 'staging'),
    previous: join(folder, 'previous'),
  };
}

const ownerSchema = z.object({ pid: z.int(), booted: z.number(), token: z.string() });
type Owner = z.infer<typeof ownerSchema>;

/** Tokens of the locks that this very process holds. */
const held = new Set<string>();

/** Seconds that two readings of the time of the system's start may differ by. */
const bootTolerance = 60;
const bootTime = () => Date.now() / 1000 - uptime();

/**
 * Does work on a data set's incoming folder that no other process may do at the same time. What an ended process left
 * half done is put in order first.
 * @throws `dataset.busy`; what `work` throws
 */
export async function withIncoming<T>(
  home: string,
  name: string,
  work: (incoming: Incoming) => Promise<T>,
): Promise<T> {
  const incoming = incomingOf(home, name);
  const token = await lock(incoming.folder, name);
  try {
    await putInOrder(home, name);
    return await work(incoming);
  } finally {
    await rm(join(incoming.folder, 'owner.json'), { force: true });
    held.delete(token);
    await removeEmpty(incoming);
  }
}

/** What holds nothing to go on with leaves no trace. */
async function removeEmpty({ folder, downloads }: Incoming): Promise<void> {
  for (const path of [downloads, folder, dirname(folder)]) await rmdir(path).catch(() => undefined);
}

async function lock(folder: string, name: string): Promise<string> {
  const path = join(folder, 'owner.json');
  const owner: Owner = { pid: process.pid, booted: bootTime(), token: randomBytes(8).toString('hex') };
  try {
    makeFolders(folder);
    while (true) {
      try {
        await writeFile(path, JSON.stringify(owner), { flag: 'wx' });
        held.add(owner.token);
        return owner.token;
      } catch (cause) {
        if ((cause as NodeJS.ErrnoException).code !== 'EEXIST') throw cause;
      }
      const present = await readOwner(path);
      if (present !== undefined && isAlive(present)) throw busy(name);
      await removeStale(path, `${path}.${owner.token}`, name);
    }
  } catch (cause) {
    throw writeError(folder, cause);
  }
}

/** Moves a lock without owner away; one that another process has just put in its place goes back. */
async function removeStale(path: string, aside: string, name: string): Promise<void> {
  await rename(path, aside).catch(() => undefined);
  const moved = await readOwner(aside);
  if (moved !== undefined && isAlive(moved)) {
    await rename(aside, path);
    throw busy(name);
  }
  await rm(aside, { force: true });
}

async function readOwner(path: string): Promise<Owner | undefined> {
  try {
    return ownerSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

function isAlive({ pid, booted, token }: Owner): boolean {
  if (pid === process.pid) return held.has(token);
  if (Math.abs(booted - bootTime()) > bootTolerance) return false;
  return processIsAlive(pid);
}

function busy(name: string): ConvolabError {
  return new ConvolabError('dataset.busy', `Another process is fetching or importing ${name} right now.`, {
    subject: name,
    hint: 'Wait until it has ended.',
  });
}

/** Undoes what a process that ended amid its work left, but for what it had fetched. */
async function putInOrder(home: string, name: string): Promise<void> {
  const { staging, previous } = incomingOf(home, name);
  const target = datasetFolder(home, name);
  if (await exists(previous)) {
    if (await exists(target)) await rm(previous, { recursive: true, force: true });
    else await rename(previous, target);
  }
  await rm(staging, { recursive: true, force: true });
}

/**
 * Puts in order what ended processes left half done; for the start of the engine. What cannot be put in order now is
 * left for the next time.
 */
export async function recoverDatasets(home: string): Promise<void> {
  const folder = join(home, 'datasets', '.incoming');
  const names = await readdir(folder).catch(() => []);
  for (const name of names) {
    const present = await readOwner(join(folder, name, 'owner.json'));
    if (present !== undefined && isAlive(present)) continue;
    await withIncoming(home, name, async () => undefined).catch(() => undefined);
  }
}

export async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
