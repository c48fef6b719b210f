import { openTrainingSet } from '../../core/data/derive/open.ts';

/** Derives a set and ends, or is killed while at it: `node deriver.ts <home> <section as JSON>`. */
const [home = '', section = ''] = process.argv.slice(2);
const { hash } = await openTrainingSet(JSON.parse(section), home);
process.stdout.write(hash);
