import { unsafe } from './budget.ts';

/** Names that Windows gives to devices, whatever their ending. */
const devices = /^(con|prn|aux|nul|com\d|lpt\d)(\.|$)/i;

/**
 * A path inside an archive as a relative one with `/` that stays where it is put, on every system.
 * @throws `archive.unsafe` for one that leads elsewhere
 */
export function checkEntryPath(archive: string, path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.');
  const bad =
    path.startsWith('/') ||
    /[\\:\0]/.test(path) ||
    parts.length === 0 ||
    parts.some((part) => part === '..' || devices.test(part) || /[. ]$/.test(part) || part.length > 255);
  if (bad)
    throw unsafe(
      archive,
      `names a file ${JSON.stringify(path.slice(0, 200))}, which leads out of its folder`,
    );
  return parts.join('/');
}
