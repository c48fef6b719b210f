import { readFileSync } from 'node:fs';

interface Package {
  readonly version: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as Package;

/** Of Convolab. */
export const appVersion = manifest.version;

/** Libraries that a result could depend on, with their exact versions. */
export const libraryVersions: Readonly<Record<string, string>> = manifest.dependencies;
