import { spawn } from 'node:child_process';
import { readdir, rename } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConvolabError } from '../../contract/errors.ts';
import { makeFolders } from '../../export/folders.ts';
import type { Checksum, DatasetSource } from '../dataset.ts';
import { matches } from './file.ts';

export type NpmSource = Extract<DatasetSource, { kind: 'npm' }>;

/** Subresource integrity (`sha512-<base64>`) as a checksum. */
export function integrityChecksum(integrity: string): Checksum {
  const [algorithm, base64 = ''] = integrity.split(/-(.*)/s);
  if (algorithm !== 'sha512') throw new Error(`unknown integrity ${integrity}`);
  return { algorithm, hex: Buffer.from(base64, 'base64').toString('hex') };
}

/**
 * Lets the npm client of the machine fetch a package's archive, with whatever registry and proxy it is set up for.
 * @param path of the archive, once it is whole and right
 * @throws `download.failed`, also where there is no npm client; the signal's reason
 */
export async function packNpmPackage(source: NpmSource, path: string, signal?: AbortSignal): Promise<void> {
  const folder = `${path}.npm`;
  makeFolders(folder);
  const wanted = `${source.package}@${source.version}`;
  const said = await runNpm(
    ['pack', wanted, '--pack-destination', folder, '--ignore-scripts', '--loglevel=error'],
    signal,
  );
  if (said !== null) throw npmFailure(wanted, said);
  const archive = (await readdir(folder)).find((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw npmFailure(wanted, 'npm left no archive');
  if (!(await matches(integrityChecksum(source.integrity), join(folder, archive)))) {
    throw npmFailure(wanted, 'its integrity is not the one published');
  }
  await rename(join(folder, archive), path);
}

/** What npm said when it failed; `null` when it did not. */
function runNpm(args: readonly string[], signal: AbortSignal | undefined): Promise<string | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', args, {
      // Away from any project, whose settings are not meant for this.
      cwd: tmpdir(),
      stdio: ['ignore', 'ignore', 'pipe'],
      // npm is a script on Windows, which only a shell runs; the arguments are ours and hold nothing a shell would read.
      shell: process.platform === 'win32',
      ...(signal && { signal }),
    });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said = `${said}${text}`.slice(-2000);
    });
    child.on('error', (error: NodeJS.ErrnoException) => {
      if (signal?.aborted) reject(signal.reason);
      else resolve(error.code === 'ENOENT' ? 'there is no npm client on this machine' : error.message);
    });
    child.on('close', (code) => resolve(code === 0 ? null : (lastError(said) ?? `npm ended with ${code}`)));
  });
}

function lastError(said: string): string | undefined {
  return said
    .split('\n')
    .map((line) => line.replace(/^npm (error|ERR!)\s*/i, '').trim())
    .find((line) => line !== '' && !line.startsWith('code '));
}

function npmFailure(wanted: string, reason: string): ConvolabError {
  return new ConvolabError('download.failed', `npm could not fetch ${wanted}: ${reason}.`, {
    subject: wanted,
    hint: `Try again later, or run npm pack ${wanted} elsewhere and import its file.`,
  });
}
