import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { rendererDefines, rendererPlugins } from './renderer.config.ts';

interface Timeouts {
  testTimeout: number;
  hookTimeout: number;
}

/** A project that runs TypeScript straight under Node, as the engine itself does. */
const node = (name: string, timeouts: Timeouts, exclude: string[] = []) => ({
  test: { name, include: [`test/${name}/**/*.test.ts`], exclude, environment: 'node' as const, ...timeouts },
});

/** Generous on purpose: a slow machine must not fail a test that is about behaviour. */
const short: Timeouts = { testTimeout: 30_000, hookTimeout: 60_000 };
const long: Timeouts = { testTimeout: 180_000, hookTimeout: 180_000 };

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
