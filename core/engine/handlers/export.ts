import type { EngineContext, HandlersOf } from '../context.ts';
import { exportRun } from '../export-run.ts';

/** Files for the window to save. */
export function exportHandlers(context: Pick<EngineContext, 'store' | 'home'>): HandlersOf<'runs.export'> {
  return {
    'runs.export': async (params) => {
      const { name, mediaType, bytes } = await exportRun(context, params);
      return { name, mediaType, data: Buffer.from(bytes).toString('base64') };
    },
  };
}
