import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { acquire, discardDownload } from '../../../core/data/acquire/acquire.ts';
import { importDataset } from '../../../core/data/acquire/import.ts';
import { withIncoming } from '../../../core/data/acquire/incoming.ts';
import { acquisitionPlan } from '../../../core/data/acquire/plan.ts';
import { checkSpace } from '../../../core/data/acquire/space.ts';
import type { Patience } from '../../../core/data/download/file.ts';
import type { AcquisitionProgress } from '../../../core/data/progress.ts';
import { RandomSequence } from '../../../core/train/random.ts';
import { type Behaviour, type HostileServer, hostileServer } from '../../support/data/hostile-server.ts';
import { type RemoteSet, remoteSet } from '../../support/data/remote-set.ts';
import { temporaryFolder } from '../../support/project.ts';

/** Servers of a test answer at once or never; what is waited for one that does not is more than a busy machine needs. */
const patience: Patience = { idle: 2000, delays: [1, 2, 3] };

let set: RemoteSet;
let home: ReturnType<typeof temporaryFolder>;
const servers: HostileServer[] = [];
beforeAll(async () => {
  set = await remoteSet();
});
beforeEach(() => {
  home = temporaryFolder();
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server[Symbol.asyncDispose]();
  home.remove();
});

/** A server that goes through these, and stays with the last one. */
async function serverOf(...behaviours: Behaviour[]): Promise<HostileServer> {
  const server = await hostileServer(
    set.archive,
    (request) => behaviours[Math.min(request, behaviours.length - 1)] as Behaviour,
  );
  servers.push(server);
  return server;
}

const fetchFrom = async (...behaviours: Behaviour[]) => {
  const server = await serverOf(...behaviours);
  return acquire(set.definition([server.url]), home.path, { patience });
};
const ready = { status: 'ready', version: '1', published: true, splits: { train: 60, test: 60 } };
const folder = () => join(home.path, 'datasets', 'remote');
const part = () => join(home.path, 'datasets', '.incoming', 'remote', 'downloads', 'remote.tgz.part');

describe('a download', () => {
  test('ends in a data set that is checked, recorded and alone in its folder', async () => {
    const server = await serverOf('serve');
    const definition = set.definition([server.url]);
    const seen: AcquisitionProgress[] = [];
    expect(
      await acquire(definition, home.path, { onProgress: (progress) => seen.push(progress) }),
    ).toMatchObject(ready);
    expect(await definition.verify(home.path)).toMatchObject(ready);
    expect(readdirSync(folder()).sort()).toEqual(['SHA256SUMS', 'convolab.json', 'test.bin', 'train.bin']);
    expect(readdirSync(join(home.path, 'datasets'))).toEqual(['remote']);
    expect([...new Set(seen.map(({ phase }) => phase))]).toEqual([
      'downloading',
      'unpacking',
      'verifying',
      'publishing',
    ]);
    const downloading = seen.filter(({ phase }) => phase === 'downloading');
    expect(downloading.every(({ bytesTotal }) => bytesTotal === set.archive.length)).toBe(true);
    expect(downloading.at(-1)?.bytesDone).toBe(set.archive.length);
  });

  test.each<Behaviour[]>([
    ['cut', 'serve'],
    ['stall', 'serve'],
    ['refuse', 'serve'],
    ['overloaded', 'serve'],
    ['corrupt', 'serve'],
    ['another-file', 'serve'],
    ['cut', 'ignore-range'],
    ['cut', 'wrong-range', 'serve'],
    ['cut', 'another-file', 'serve'],
    ['short-file', 'serve'],
    ['redirect'],
    ['cut', 'redirect'],
  ])('gets over a server that does this: %s %s %s', async (...behaviours) => {
    expect(await fetchFrom(...behaviours.filter(Boolean))).toMatchObject(ready);
  });

  test.each<[Behaviour, RegExp]>([
    ['missing', /answers 404/],
    ['overloaded', /answers 503/],
    ['another-file', /checksum is wrong/],
    ['corrupt', /checksum is wrong/],
    ['stall', /sent nothing/],
    ['announce-more', /has a file of \d+ bytes/],
    ['announce-less', /has a file of \d+ bytes/],
    ['redirect-forever', /redirects more than/],
    ['refuse', /127\.0\.0\.1/],
  ])('from a server that only does this fails and says so: %s', async (behaviour, message) => {
    await expect(fetchFrom(behaviour)).rejects.toMatchObject({
      code: 'download.failed',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(
        /Without a network, fetch http.* and run `convolab datasets import remote <file>`/,
      ),
    });
    expect(existsSync(folder())).toBe(false);
  });

  test('asks for the rest only, and goes on with it from another mirror', async () => {
    const first = await serverOf('cut', 'missing');
    const second = await serverOf('serve');
    const definition = set.definition([first.url, second.url]);
    expect(await acquire(definition, home.path, { patience })).toMatchObject(ready);
    expect(first.seen.map(({ range }) => range)).toEqual([
      undefined,
      expect.stringMatching(/^bytes=[1-9]\d*-$/),
    ]);
    expect(second.seen.map(({ range }) => range)).toEqual([expect.stringMatching(/^bytes=[1-9]\d*-$/)]);
  });

  test('that failed is gone on with by the next start', async () => {
    await expect(fetchFrom('cut', 'missing')).rejects.toMatchObject({ code: 'download.failed' });
    const fetched = readFileSync(part()).length;
    expect(fetched).toBeGreaterThan(0);
    const server = await serverOf('serve');
    const definition = set.definition([server.url]);
    expect(await acquisitionPlan(definition, home.path)).toMatchObject({
      source: 'web',
      bytesToFetch: set.archive.length - fetched,
      resumable: true,
      folder: folder(),
    });
    expect(await acquire(definition, home.path, { patience })).toMatchObject(ready);
    expect(server.seen.map(({ range }) => range)).toEqual([`bytes=${fetched}-`]);
  });

  test('whose kept part is not the beginning of the file begins anew', async () => {
    await expect(fetchFrom('cut', 'missing')).rejects.toMatchObject({ code: 'download.failed' });
    writeFileSync(part(), Buffer.alloc(5000, 9));
    expect(await fetchFrom('serve')).toMatchObject(ready);
  });

  test('can be paused, and keeps what has arrived; cancelled, it keeps nothing', async () => {
    const server = await serverOf('stall');
    const definition = set.definition([server.url]);
    const stopWith = async (reason: string) => {
      const controller = new AbortController();
      const work = acquire(definition, home.path, {
        signal: controller.signal,
        onProgress: ({ bytesDone }) => bytesDone > 0 && controller.abort(reason),
      });
      await expect(work).rejects.toMatchObject({ code: 'download.stopped' });
    };
    await stopWith('pause');
    expect(readFileSync(part()).length).toBeGreaterThan(0);
    await stopWith('cancel');
    expect(existsSync(join(home.path, 'datasets', '.incoming'))).toBe(false);
    await stopWith('pause');
    await discardDownload('remote', home.path);
    expect(existsSync(join(home.path, 'datasets', '.incoming'))).toBe(false);
  });

  test('of another content than published is refused, although it is a sound data set', async () => {
    const other = await remoteSet(61);
    const server = await hostileServer(other.archive, () => 'serve');
    servers.push(server);
    const definition = set.definition([server.url], { bytes: null, checksum: null });
    await expect(acquire(definition, home.path)).rejects.toMatchObject({ code: 'dataset.damaged' });
    expect(existsSync(folder())).toBe(false);
  });

  test('that fails leaves the copy that was there', async () => {
    expect(await fetchFrom('serve')).toMatchObject(ready);
    await expect(fetchFrom('missing')).rejects.toMatchObject({ code: 'download.failed' });
    const definition = set.definition(['http://127.0.0.1:1/']);
    expect(await definition.verify(home.path)).toMatchObject(ready);
  });

  test('of which another process is in charge is left to it', async () => {
    const definition = set.definition(['http://127.0.0.1:1/']);
    await withIncoming(home.path, 'remote', async () => {
      await expect(acquire(definition, home.path)).rejects.toMatchObject({ code: 'dataset.busy' });
    });
  });

  test('is not begun where the disk has no room for it', async () => {
    await expect(checkSpace(home.path, 1e18, 'It')).rejects.toMatchObject({ code: 'disk.full' });
    const huge = { ...set.definition(['http://127.0.0.1:1/']) };
    huge.published = { ...huge.published, bytes: 1e18 };
    await expect(acquire(huge, home.path)).rejects.toMatchObject({ code: 'disk.full' });
  });
});

/** 200 downloads, each from one or two servers that do what chance wills before they settle. */
describe('200 downloads from servers that do what they like', () => {
  const bad: Behaviour[] = [
    'cut',
    'stall',
    'corrupt',
    'ignore-range',
    'wrong-range',
    'announce-more',
    'announce-less',
    'another-file',
    'short-file',
    'redirect',
    'redirect-forever',
    'missing',
    'overloaded',
    'refuse',
  ];

  async function randomServer(random: RandomSequence): Promise<HostileServer> {
    const plan = Array.from({ length: random.below(5) }, () => bad[random.below(bad.length)] as Behaviour);
    // Some come round in the end.
    plan.push(random.below(3) > 0 ? 'serve' : (bad[random.below(bad.length)] as Behaviour));
    const places = plan.map(() => 1 + random.below(set.archive.length - 1));
    const last = plan.length - 1;
    const server = await hostileServer(
      set.archive,
      (request) => plan[Math.min(request, last)] as Behaviour,
      (request) => places[Math.min(request, last)] as number,
    );
    servers.push(server);
    return server;
  }

  async function oneDownload(number: number): Promise<'ready' | string> {
    const random = new RandomSequence(number, 'probe');
    const urls = [(await randomServer(random)).url];
    if (random.below(2) === 0) urls.push((await randomServer(random)).url);
    const folderOfOne = join(home.path, String(number));
    mkdirSync(folderOfOne);
    // Without a checksum, the published content has to tell.
    const definition = set.definition(urls, random.below(4) === 0 ? { checksum: null } : {});
    const ended = await acquire(definition, folderOfOne, { patience: { ...patience, idle: 250 } }).then(
      ({ status }) => status,
      (thrown: { code?: string }) => thrown.code ?? String(thrown),
    );
    const { status, hash } = await definition.verify(folderOfOne);
    if (status === 'ready' && hash !== definition.published.hash) return 'another content verifies';
    if ((status === 'ready') !== (ended === 'ready')) return `${ended}, but ${status}`;
    return ended;
  }

  test('all end in the very data set or in an error that says why', async () => {
    const ends: Record<string, number> = {};
    const count = 200;
    const next = Array.from({ length: count }, (_, i) => i).values();
    const work = async () => {
      for (const number of next) {
        const end = await oneDownload(number);
        ends[end] = (ends[end] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: 8 }, work));
    const typed = ['ready', 'download.failed', 'dataset.damaged', 'archive.damaged'];
    expect(Object.keys(ends).filter((end) => !typed.includes(end))).toEqual([]);
    expect(Object.values(ends).reduce((sum, n) => sum + n, 0)).toBe(count);
    expect(ends.ready).toBeGreaterThan(50);
    expect(ends['download.failed']).toBeGreaterThan(20);
  });
});

describe('an import', () => {
  test('of the published archive is the published data set', async () => {
    const path = join(home.path, 'remote.tgz');
    writeFileSync(path, set.archive);
    const definition = set.definition(['http://127.0.0.1:1/']);
    expect(await importDataset(definition, home.path, [path])).toMatchObject(ready);
  });

  test('of a file that is none of its files is refused by name', async () => {
    const path = join(home.path, 'holiday.bin');
    writeFileSync(path, 'x');
    const definition = set.definition(['http://127.0.0.1:1/']);
    await expect(importDataset(definition, home.path, [path])).rejects.toMatchObject({
      code: 'argument.invalid',
      subject: path,
    });
    const absent = join(home.path, 'nowhere');
    await expect(importDataset(definition, home.path, [absent])).rejects.toMatchObject({
      code: 'file.unreadable',
      subject: absent,
    });
  });

  test('of an empty folder, or half of the files, changes nothing', async () => {
    const definition = set.definition(['http://127.0.0.1:1/']);
    const empty = join(home.path, 'empty');
    mkdirSync(empty);
    await expect(importDataset(definition, home.path, [empty])).rejects.toMatchObject({
      code: 'dataset.missing',
    });
    expect(existsSync(folder())).toBe(false);
  });
});
