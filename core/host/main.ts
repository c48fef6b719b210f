import { parseArgs } from 'node:util';
import { ConvolabError } from '../contract/errors.ts';
import { createEngine } from '../engine/engine.ts';
import { homeFolder } from '../engine/home.ts';
import { openBrowser } from './browser.ts';
import { runDemo } from './demo.ts';
import { type Host, startHost } from './host.ts';
import { onInterrupt } from './interrupt.ts';
import { OpeningEngine } from './opening-engine.ts';

/**
 * The workbench in the browser: engine and host in one process, until Ctrl-C.
 *
 *     node core/host/main.ts [--port n] [--home folder] [--open] [--demo [--exit]]
 */
interface Arguments {
  port: number | undefined;
  home: string;
  open: boolean;
  demo: boolean;
  exit: boolean;
}

async function main(): Promise<number> {
  const options = readArguments(process.argv.slice(2));
  const engine = new OpeningEngine(options.home, () => createEngine({ home: options.home }));
  const failure = await engine.open().then(
    () => null,
    (thrown: unknown) => ConvolabError.from(thrown),
  );
  if (failure !== null && options.exit) throw failure;
  let host: Host | null = null;
  const ended = new Promise<void>((resolve) => {
    onInterrupt(resolve, () => process.exit(130));
  });
  try {
    if (!options.exit) {
      host = await startHost({ engine, port: options.port });
      announce(host, options, failure);
    }
    const opened = await Promise.race([engine.opened, ended]);
    const code = opened && options.demo ? await runDemo(opened) : 0;
    if (host === null) return code;
    await ended;
    return opened ? 0 : (failure?.exitCode ?? 0);
  } finally {
    await host?.close();
    await engine.close();
  }
}

function readArguments(argv: string[]): Arguments {
  const { values } = parse(argv);
  if (values.exit && !values.demo) {
    throw new ConvolabError('argument.invalid', '--exit goes with --demo.', {
      subject: '--exit',
      hint: 'Use --demo --exit.',
    });
  }
  return {
    port: readPort(values.port),
    home: homeFolder(values.home),
    open: values.open ?? false,
    demo: values.demo ?? false,
    exit: values.exit ?? false,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        port: { type: 'string' },
        home: { type: 'string' },
        open: { type: 'boolean' },
        demo: { type: 'boolean' },
        exit: { type: 'boolean' },
      },
    });
  } catch (error) {
    const hint = 'Known are --port, --home, --open, --demo and --exit.';
    throw new ConvolabError('argument.invalid', ConvolabError.from(error).message, { hint });
  }
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  const hint = 'Give a number from 0 (any free port) to 65535.';
  throw new ConvolabError('argument.invalid', `"${text}" is no port.`, { subject: '--port', hint });
}

/** Prints the address and opens it; Enter gives a new one, for another browser. */
function announce(host: Host, options: Arguments, failure: ConvolabError | null): void {
  const url = host.issueUrl();
  if (failure === null) {
    console.log(`Convolab is ready: ${url}`);
  } else {
    tell('Convolab cannot open its data folder', failure);
    console.error(`The window says so too, and goes on from there once that is mended: ${url}`);
  }
  console.log(
    'The address opens one browser, once. Enter: a new address. Ctrl-C: checkpoint what runs, and end.',
  );
  if (options.open) openBrowser(url);
  if (process.stdin.isTTY) process.stdin.on('data', () => console.log(`A new address: ${host.issueUrl()}`));
}

/** A failure as the terminal shows it: the fact, its parts, the way out. */
function tell(what: string, error: ConvolabError): void {
  console.error(`${what}: ${error.message}`);
  for (const issue of error.issues ?? []) console.error(`  ${issue.path}: ${issue.message}`);
  if (error.hint !== undefined) console.error(error.hint);
}

function report(thrown: unknown): number {
  const error = ConvolabError.from(thrown);
  tell('Convolab cannot start', error);
  return error.exitCode;
}

process.exit(await main().catch(report));
