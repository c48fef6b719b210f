/** What a script is told on its command line: `--help` shows how to call it, and what is wrong is said in one line. */
import { parseArgs } from 'node:util';
import { say } from './project.mjs';

/**
 * Reads options as `parseArgs` does. Ends the process with `--help` (0) and where they are not understood (2, as `convolab`
 * does).
 * @template {import('node:util').ParseArgsConfig} T
 * @param {string} usage how to call the script, shown with `--help`
 * @param {T} config
 * @returns {ReturnType<typeof parseArgs<T>>}
 */
export function readOptions(usage, config) {
  if (process.argv.slice(2).some((word) => word === '--help' || word === '-h')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs(config);
  } catch (error) {
    if (!String(error.code).startsWith('ERR_PARSE_ARGS')) throw error;
    // What follows the first sentence is advice for programmers.
    return refuse(error.message.split('. ')[0].replace(/\.$/, ''));
  }
}

/**
 * Says in one line what is wrong with an option, and ends the process.
 * @param {string} fault
 * @returns {never}
 */
export function refuse(fault) {
  say(`${fault}. --help says what can be given.`);
  process.exit(2);
}
