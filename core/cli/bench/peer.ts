import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { ConvolabError } from '../../contract/errors.ts';
import type { Contestant, Setting } from './measure.ts';

const script = fileURLToPath(new URL('./peer.py', import.meta.url));
const speed = z.object({ imagesPerSecond: z.number() });
const place = z.object({ device: z.enum(['cpu', 'cuda']), name: z.string() });

/** Where PyTorch computes. */
export type PeerPlace = z.infer<typeof place>;

/** `$CONVOLAB_PYTHON`, else the first of the usual ones that has torch. */
function findPython(): string {
  const named = process.env.CONVOLAB_PYTHON;
  if (named !== undefined) return named;
  const usual = ['python3', '/usr/bin/python3'];
  const hasTorch = (python: string) => spawnSync(python, ['-c', 'import torch']).status === 0;
  return usual.find(hasTorch) ?? 'python3';
}

/** PyTorch in a Python process of its own, asked line by line. */
export class PyTorch {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  #errors = '';

  constructor() {
    this.#child = spawn(findPython(), [script], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#errors = (this.#errors + text).slice(-2000);
    });
    this.#child.on('error', (error) => {
      this.#errors += error.message;
    });
    this.#child.stdin?.on('error', () => undefined);
    const stdout = this.#child.stdout as NonNullable<ChildProcess['stdout']>;
    this.#lines = createInterface({ input: stdout })[Symbol.asyncIterator]();
  }

  /**
   * Lets it compute on the GPU through CUDA, where it can and is to, else on the CPU.
   * @throws `device.unavailable` where there is no PyTorch
   */
  async settle(gpu: boolean): Promise<PeerPlace> {
    return place.parse(await this.#ask({ gpu }));
  }

  /** The same setting, with another number of threads. Throws `device.unavailable` where there is no PyTorch. */
  contestant({ net, mode, batch }: Setting, threads: number): Contestant {
    return {
      round: async (seconds) => {
        const request = { model: net.model, mode, batch, threads, seconds };
        return speed.parse(await this.#ask(request)).imagesPerSecond;
      },
      end: () => undefined,
    };
  }

  async #ask(request: unknown): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(request)}\n`);
    const { value, done } = await this.#lines.next();
    if (!done) return JSON.parse(value);
    const reason = this.#errors.trim().split('\n').at(-1);
    throw new ConvolabError('device.unavailable', `PyTorch cannot be measured: ${reason}`, {
      subject: 'pytorch',
      hint: 'Install it, or name a Python that has it in CONVOLAB_PYTHON.',
    });
  }

  end(): void {
    this.#child.kill();
  }
}
