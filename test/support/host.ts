import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { projectRoot } from './project.ts';

/** A running `core/host/main.ts`: the real engine on a home of its own. */
export interface HostProcess {
  /** The printed address, with its one-time token. */
  url: string;
  /** `http://127.0.0.1:<port>`. */
  origin: string;
  process: ChildProcess;
  /** Everything printed so far, standard error included. */
  output(): string;
  /** Presses Ctrl-C and gives the exit code. Fine to call twice. */
  interrupt(): Promise<number | null>;
  /** Kills what is left of it, as a power cut would. */
  kill(): Promise<void>;
}

/**
 * Starts the browser host on a free port and waits for its address.
 * @param home data folder
 * @param args further arguments, such as `--port 7000`
 * @param environment variables besides those of this process
 * @throws Error with what the host printed, when it ends before it is ready
 */
export async function startHostProcess(
  home: string,
  args: string[] = ['--port', '0'],
  environment: Readonly<Record<string, string>> = {},
): Promise<HostProcess> {
  const child = spawn(process.execPath, ['core/host/main.ts', '--home', home, ...args], {
    cwd: projectRoot,
    env: { ...process.env, CONVOLAB_HOME: join(home, 'unused'), ...environment },
    // The channel, as the launcher gives it: a host whose starter is killed ends by itself.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const url = await new Promise<string>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += String(chunk);
      const match = /https?:\/\/\S+\/open\?token=\S+/.exec(output);
      if (match) resolve(match[0]);
    };
    child.stdout?.on('data', read);
    child.stderr?.on('data', read);
    child.once('exit', (code) => reject(new Error(`The host ended with code ${code}:\n${output}`)));
    child.once('error', reject);
  });
  const exited = once(child, 'exit');
  return {
    url,
    origin: new URL(url).origin,
    process: child,
    output: () => output,
    interrupt: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGINT');
      await exited;
      return child.exitCode;
    },
    kill: async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await exited;
    },
  };
}
