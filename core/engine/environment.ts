import { arch, availableParallelism, cpus, platform, release, totalmem, version } from 'node:os';
import { appVersion, libraryVersions } from './version.ts';

/** What a result may depend on besides its configuration; the worker adds device and data set when it knows them. */
export function captureEnvironment(): Record<string, string | null> {
  const libraries = Object.entries(libraryVersions).map(([name, exact]) => [`library ${name}`, exact]);
  return {
    app: appVersion,
    os: `${platform()} ${release()} ${arch()}`,
    osVersion: version(),
    cpu: cpus()[0]?.model.trim() ?? null,
    cores: String(availableParallelism()),
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    node: process.versions.node,
    ...Object.fromEntries(libraries),
  };
}
