import { ConvolabError } from '../contract/errors.ts';
import type { Reply, Request } from '../contract/events.ts';
import type { Engine } from './api.ts';

/** Calls the engine on a window's behalf; a failure becomes the reply's error, so nothing is thrown. */
export async function answer(engine: Engine, request: Request): Promise<Reply> {
  try {
    const result = await engine.call(request.method, request.params);
    return { id: request.id, result: result === undefined ? {} : result };
  } catch (error) {
    return { id: request.id, error: ConvolabError.from(error).toJSON() };
  }
}
