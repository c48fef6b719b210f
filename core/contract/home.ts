import { z } from 'zod';
import { method } from './method.ts';

const nothing = z.object({});

/** How far a move of the data folder is; before it begins, what is being made of data sets is stopped. */
export const moveReport = z.object({
  phase: z.enum(['stopping', 'copying']),
  bytesDone: z.number(),
  bytesTotal: z.number(),
});
export type MoveReport = z.infer<typeof moveReport>;

/** Where the data folder is, and moving it elsewhere. */
export const homeMethods = {
  /** Whether it could be moved there, before it is tried; `problem` says why not. */
  'home.plan': method(
    z.object({ folder: z.string().min(1) }),
    z.object({ bytes: z.number(), bytesFree: z.number().nullable(), problem: z.string().nullable() }),
  ),
  /**
   * Copies, verifies, and from then on works there; resolves when it does. Refused while runs are active or data sets are
   * fetched. Windows are told to read everything anew.
   */
  'home.move': method(z.object({ folder: z.string().min(1) }), z.object({ home: z.string() })),
  'home.cancelMove': method(nothing, nothing),
} as const;
