/**
 * `npm start`: sets up what is missing and opens the workbench, in Electron where that can be, else in the browser.
 *
 *     npm start -- [--demo [--exit]] [--port n] [--home folder]
 */
import { fetchElectron, hasDisplay } from './electron.mjs';
import { handOver } from './processes.mjs';
import { bundledNode, main, root } from './project.mjs';
import { setUp } from './setup.mjs';

const host = (/** @type {string[]} */ args) =>
  handOver(bundledNode, ['core/host/main.ts', ...args], { cwd: root });

await main(async () => {
  const args = process.argv.slice(2);
  const exit = args.includes('--exit');
  await setUp({ app: !exit });
  const electron = exit || args.includes('--port') ? null : fetchElectron();
  if (electron !== null && 'path' in electron) {
    process.exitCode = await inElectron(electron.path, args);
  } else {
    process.exitCode = await host(!exit && hasDisplay() ? [...args, '--open'] : args);
  }
});

/**
 * The window over an engine of its own; a demonstration runs beside it in the terminal, on the same store.
 * @param {string} path
 * @param {string[]} args
 */
async function inElectron(path, args) {
  const demo = args.includes('--demo');
  const rest = args.filter((arg) => arg !== '--demo');
  const [code] = await Promise.all([
    handOver(path, [root, ...rest], { cwd: root, stdio: 'inherit' }),
    demo ? host([...rest, '--demo', '--exit']) : 0,
  ]);
  return code;
}
