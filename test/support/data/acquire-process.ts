/**
 * A process that fetches a test's data set, tells what it is about to do, and can be killed at any moment.
 *
 *     node acquire-process.ts <home> <url> <samples>
 */
import { acquire } from '../../../core/data/acquire/acquire.ts';
import { remoteSet } from './remote-set.ts';

const [home = '', url = '', samples] = process.argv.slice(2);
const { definition } = await remoteSet(Number(samples));
process.send?.('start');
await acquire(definition([url]), home, { onProgress: ({ phase }) => process.send?.(phase) });
process.disconnect?.();
