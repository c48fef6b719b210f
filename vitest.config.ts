import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { rendererDefines, rendererPlugins } from './renderer.config.ts';

/** In milliseconds. */
interface Patience {
  testTimeout: number;
  hookTimeout: number;
  /** How long `expect.poll` waits for what it is asked to become true; vitest's own second is none on a busy machine. */
  expect: { poll: { timeout: number } };
}

/** A project that runs TypeScript straight under Node, as the engine itself does. */
const node = (name: string, patience: Patience, exclude: string[] = []) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], exclude, environment: 'node' as const, ...patience },
});

/** Generous on purpose: a slow machine must not fail a test that is about behaviour. */
const short: Patience = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000 } } };
const long: Patience = { testTimeout: 600_000, hookTimeout: 600_000, expect: { poll: { timeout: 120_000 } } };

export default defineConfig({
  test: {
    pool: 'forks',
    maxWorkers: Math.max(1, Math.min(4, availableParallelism())),
    projects: [
      node('unit', short, ['test/unit/renderer/**']),
      {
        plugins: rendererPlugins(),
        define: rendererDefines,
        test: {
          name: 'renderer',
          include: ['test/unit/renderer/**/*.test.ts'],
          environment: 'happy-dom' as const,
          ...short,
        },
      },
      node('grad', long),
      node('parity', long),
      node('golden', long),
      node('store', short),
      node('crash', long),
      node('fuzz', long),
      // Real servers, real browsers, real workers: one file at a time.
      { test: { ...node('e2e', long).test, fileParallelism: false, globalSetup: 'test/support/build.ts' } },
    ],
  },
});
