import { parseArgs } from 'node:util';
import { ConvolabError } from '../contract/errors.ts';
import { createEngine } from '../engine/engine.ts';
import { homeFolder } from '../engine/home.ts';
import { openBrowser } from './browser.ts';
import { runDemo } from './demo.ts';
import { type Host, startHost } from './host.ts';
import { onInterrupt } from './interrupt.ts';

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
  const engine = await createEngine({ home: options.home });
  let host: Host | null = null;
  const ended = new Promise<void>((resolve) => {
    onInterrupt(resolve, () => process.exit(130));
  });
  try {
    if (!options.exit) {
      host = await startHost({ engine, port: options.port });
      announce(host, options);
    }
    const code = options.demo ? await runDemo(engine) : 0;
    if (host === null) return code;
    await ended;
    return 0;
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
function announce(host: Host, options: Arguments): void {
  const url = host.issueUrl();
  console.log(`Convolab is ready: ${url}`);
  console.log(
    'The address opens one browser, once. Enter: a new address. Ctrl-C: checkpoint what runs, and end.',
  );
  if (options.open) openBrowser(url);
  if (process.stdin.isTTY)
    process.stdin.on('data', () => console.log(`Convolab is ready: ${host.issueUrl()}`));
}

function report(thrown: unknown): number {
  const error = ConvolabError.from(thrown);
  console.error(`Convolab cannot start: ${error.message}`);
  for (const issue of error.issues ?? []) console.error(`  ${issue.path}: ${issue.message}`);
  if (error.hint !== undefined) console.error(error.hint);
  return error.exitCode;
}

process.exit(await main().catch(report));
