import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acquire } from '../../core/data/acquire/acquire.ts';
import { importDataset } from '../../core/data/acquire/import.ts';
import { recoverDatasets } from '../../core/data/acquire/incoming.ts';
import { RandomSequence } from '../../core/train/random.ts';
import { type HostileServer, hostileServer } from '../support/data/hostile-server.ts';
import { type RemoteSet, remoteSet } from '../support/data/remote-set.ts';
import { projectRoot, temporaryFolder } from '../support/project.ts';

/** Large enough for every phase to take its time. */
const samples = 300;
/** `CONVOLAB_KILLS=50` for as many as the project promises; each takes a second. */
const kills = Number(process.env.CONVOLAB_KILLS ?? 25);
const killsPerHome = 5;

let set: RemoteSet;
let server: HostileServer;
beforeAll(async () => {
  set = await remoteSet(samples);
  server = await hostileServer(set.archive, () => 'slow');
});
afterAll(async () => server[Symbol.asyncDispose]());

function startFetching(home: string, url = server.url, env: NodeJS.ProcessEnv = {}) {
  const script = join(projectRoot, 'test', 'support', 'data', 'acquire-process.ts');
  return fork(script, [home, url, String(samples)], { silent: true, env: { ...process.env, ...env } });
}

/** What a process tells when it begins with it, and longest wait from then to the kill, in milliseconds. */
const moments = [
  ['start', 20],
  ['downloading', 120],
  ['unpacking', 40],
  ['verifying', 40],
  ['publishing', 30],
] as const;

/** Kills a process that fetches at a random moment of a random phase. */
async function killSometime(home: string, random: RandomSequence): Promise<void> {
  const child = startFetching(home);
  const exited = once(child, 'exit');
  const [phase, longest] = moments[random.below(moments.length)] as (typeof moments)[number];
  await new Promise<void>((resolve) => {
    child.on('message', (told) => told === phase && resolve());
    child.once('exit', () => resolve());
  });
  await sleep(random.uniform() * longest);
  child.kill('SIGKILL');
  await exited;
}

describe('a process that is killed while it fetches a data set', () => {
  test(`leaves, at any of ${kills} moments, the old data set, the new one or none; the next start ends it`, async () => {
    const random = new RandomSequence(1, 'probe');
    const states: string[] = [];
    while (states.length < kills) {
      using folder = temporaryFolder();
      const old = random.below(2) === 0 ? null : await installOld(folder.path);
      for (let kill = 0; kill < killsPerHome && states.length < kills; kill++) {
        await killSometime(folder.path, random);
        states.push(await stateOf(folder.path, old));
        if (states.at(-1) === 'new') break;
      }
      const report = await acquire(set.definition([server.url]), folder.path);
      expect(report).toMatchObject({ status: 'ready', published: true });
      expect(readdirSync(join(folder.path, 'datasets'))).toEqual(['remote']);
    }
    expect(states.filter((state) => !['old', 'new', 'none'].includes(state))).toEqual([]);
    // Or else no kill met a process at work.
    expect(states.filter((state) => state !== 'new').length).toBeGreaterThan(0);
  });

  test('amid the exchange of the old copy has it back at the next start', async () => {
    using folder = temporaryFolder();
    const old = await installOld(folder.path);
    const incoming = join(folder.path, 'datasets', '.incoming', 'remote');
    mkdirSync(incoming, { recursive: true });
    writeFileSync(join(incoming, 'owner.json'), JSON.stringify({ pid: 2 ** 30, booted: 0, token: 'gone' }));
    renameSync(join(folder.path, 'datasets', 'remote'), join(incoming, 'previous'));
    expect(await stateOf(folder.path, old)).toBe('old');
    expect(existsSync(join(folder.path, 'datasets', '.incoming'))).toBe(false);
  });
});

/** Puts another, smaller copy where the new one will come. Returns its hash. */
async function installOld(home: string): Promise<string | null> {
  const other = await remoteSet(3);
  const archive = join(home, 'old.tgz');
  writeFileSync(archive, other.archive);
  return (await importDataset(set.definition([server.url]), home, [archive])).hash;
}

/** What training would find, after what a start of the engine does. */
async function stateOf(home: string, old: string | null): Promise<string> {
  await recoverDatasets(home);
  const definition = set.definition([server.url]);
  const { status, hash } = await definition.verify(home);
  if (status === 'missing') {
    await expect(definition.open(home)).rejects.toMatchObject({ code: 'dataset.missing' });
    return old === null ? 'none' : 'the old one is lost';
  }
  if (status === 'damaged') return 'damaged';
  expect((await definition.open(home)).hash).toBe(hash);
  if (hash === definition.published.hash) return 'new';
  return hash === old ? 'old' : 'something else';
}

test('a proxy that the environment names is asked, but for the hosts that it excepts', async () => {
  using folder = temporaryFolder();
  const proxy = new URL(server.url).origin;
  const before = server.seen.length;
  const child = startFetching(folder.path, 'http://data.invalid/file', {
    HTTP_PROXY: proxy,
    http_proxy: proxy,
    NO_PROXY: '127.0.0.1',
    no_proxy: '127.0.0.1',
  });
  expect(await once(child, 'exit')).toEqual([0, null]);
  const direct = startFetching(folder.path, server.url, {
    HTTP_PROXY: 'http://data.invalid:1/',
    NO_PROXY: '127.0.0.1',
  });
  expect(await once(direct, 'exit')).toEqual([0, null]);
  expect(server.seen.slice(before).map(({ proxied }) => proxied)).toEqual([true, false]);
});
