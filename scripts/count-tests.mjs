/**
 * Prints `N passed, N failed, N skipped` from vitest's JSON report. A file that could not be loaded counts as one
 * failure, and so does a report that was never written.
 *
 *     node scripts/count-tests.mjs <report.json>
 */
import { readFileSync } from 'node:fs';

const [, , file = ''] = process.argv;
const report = read(file);
const results = report.testResults ?? [];
const unloaded = results.filter(
  ({ status, assertionResults }) => status === 'failed' && !fails(assertionResults),
);
const count = (/** @type {string[]} */ ...statuses) =>
  results
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => statuses.includes(status)).length;

const passed = count('passed');
const failed = count('failed') + unloaded.length + (results.length === 0 ? 1 : 0);
const skipped = count('skipped', 'pending', 'todo', 'disabled');
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;

function fails(/** @type {{ status: string }[]} */ assertions) {
  return assertions.some(({ status }) => status === 'failed');
}

function read(/** @type {string} */ path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return {};
  }
}
