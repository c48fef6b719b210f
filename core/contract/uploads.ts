import { z } from 'zod';
import { method } from './method.ts';

const nothing = z.object({});
const which = z.object({ upload: z.string() });

/** Bytes of one part of an upload, at most; a message carries a few of them. */
export const uploadPartBytes = 2 * 2 ** 20;

/**
 * How a browser, which knows no paths, hands files to the engine: into a folder of the data folder, part by part. What is
 * neither kept nor ended when the engine ends is removed when it starts again.
 */
export const uploadMethods = {
  /** `folder` is where the files arrive, on the engine's machine. */
  'uploads.begin': method(
    z.object({ bytes: z.number().nonnegative() }),
    z.object({ upload: z.string(), folder: z.string() }),
  ),
  'uploads.write': method(
    which.extend({
      parts: z.array(
        z.object({
          /** Below the folder, with `/`. */
          path: z.string().min(1),
          /** Parts of a file come in order. */
          offset: z.int().nonnegative(),
          /** Base64. */
          data: z.string(),
        }),
      ),
    }),
    nothing,
  ),
  /** Everything has arrived and stays, in a folder of this name, or of one like it where that is taken. */
  'uploads.keep': method(
    which.extend({ name: z.string().min(1).max(200) }),
    z.object({ folder: z.string() }),
  ),
  /** Removes what has arrived. */
  'uploads.discard': method(which, nothing),
} as const;
