import type { EngineContext, HandlersOf } from '../context.ts';
import { Uploads } from '../uploads.ts';

type Names = 'uploads.begin' | 'uploads.write' | 'uploads.keep' | 'uploads.discard';

/** Takes files from windows that know no paths. */
export function uploadHandlers({ home }: Pick<EngineContext, 'home'>): HandlersOf<Names> {
  const uploads = new Uploads(home);
  let recovered: Promise<void> | undefined;
  return {
    'uploads.begin': async ({ bytes }) => {
      recovered ??= uploads.recover();
      await recovered;
      return uploads.begin(bytes);
    },
    'uploads.write': async ({ upload, parts }) => {
      await uploads.write(upload, parts);
      return {};
    },
    'uploads.keep': async ({ upload, name }) => ({ folder: await uploads.keep(upload, name) }),
    'uploads.discard': async ({ upload }) => {
      await uploads.discard(upload);
      return {};
    },
  };
}
