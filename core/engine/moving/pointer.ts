import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import { writeFileAtomic } from '../../export/atomic-file.ts';

/** What is left of a data folder that was moved: where it is now, and since when (milliseconds since 1970). */
const pointerSchema = z.object({ to: z.string().min(1), since: z.number() });

export const pointerName = 'moved.json';

function readPointer(home: string): z.infer<typeof pointerSchema> | undefined {
  let text: string;
  try {
    text = readFileSync(join(home, pointerName), 'utf8');
  } catch {
    return undefined;
  }
  try {
    return pointerSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ConvolabError(
      'home.unwritable',
      `The data folder was moved away from ${home}, but ${pointerName} does not say where to.`,
      { subject: join(home, pointerName), hint: 'Start with --home and the folder that it was moved to.' },
      { cause },
    );
  }
}

/**
 * Where a data folder is now: the folder itself, unless it was moved. One that came back after a detour leaves pointers
 * in a circle, of which the youngest is right.
 * @throws `home.unwritable` where the folder it was moved to is not there
 */
export function followMoves(home: string): string {
  const seen = new Map<string, number>();
  let at = resolve(home);
  for (;;) {
    const pointer = readPointer(at);
    if (pointer === undefined) return at;
    if (seen.has(at)) return youngest(seen, at);
    seen.set(at, pointer.since);
    const to = resolve(pointer.to);
    if (!existsSync(to)) {
      throw new ConvolabError('home.unwritable', `The data folder was moved to ${to}, which is not there.`, {
        subject: to,
        hint: `Connect the disk that holds it; or, to begin anew, delete ${join(at, pointerName)}.`,
      });
    }
    at = to;
  }
}

/** Of a circle of pointers, where the last move went. */
function youngest(seen: ReadonlyMap<string, number>, start: string): string {
  const circle = [...seen].slice([...seen.keys()].indexOf(start));
  const [from] = circle.reduce((latest, each) => (each[1] > latest[1] ? each : latest));
  return resolve((readPointer(from) as { to: string }).to);
}

/** From now on the data folder is `to`: whole or not at all, through a power cut too. */
export function writePointer(from: string, to: string): Promise<void> {
  return writeFileAtomic(join(from, pointerName), [`${JSON.stringify({ to, since: Date.now() })}\n`]);
}
