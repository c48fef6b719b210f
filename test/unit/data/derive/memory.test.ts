import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { createNativeBackend } from '../../../../core/backends/native/index.ts';
import { openTrainingSet } from '../../../../core/data/derive/open.ts';
import { upTo } from '../../../../core/data/derive/samples.ts';
import { planTransform } from '../../../../core/data/preprocess.ts';
import { compilePlan } from '../../../../core/graph/compile.ts';
import { buildGraph } from '../../../../core/graph/graph.ts';
import { parseModel } from '../../../../core/graph/parse.ts';
import { initialParameters } from '../../../../core/train/initialize.ts';
import { installEightDigits } from '../../../support/mnist.ts';
import { temporaryFolder } from '../../../support/project.ts';
import { tinyModel } from '../../../support/training.ts';

/** Bytes of this process that are no file's. */
function anonymousBytes(): number {
  const kilobytes = /RssAnon:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kilobytes) * 1024;
}

test.runIf(process.platform === 'linux')(
  'a large derived set is trained on without being loaded',
  async () => {
    using home = temporaryFolder();
    installEightDigits(home.path);
    const count = 250_000;
    const { splits } = await openTrainingSet(
      { name: 'mnist', derive: [{ type: 'patches', size: 28, train: count, test: 10 }] },
      home.path,
    );
    const train = splits.train;
    if (train === undefined) throw new Error('no training split');
    const before = anonymousBytes();
    const plan = compilePlan(buildGraph(parseModel(tinyModel.spec)), { retain: false });
    const program = await createNativeBackend().compile(plan, {
      threads: 2,
      batchSize: 100,
      optimizer: { type: 'sgd', momentum: 0, weightDecay: 0 },
    });
    program.setState({ parameters: initialParameters(plan, 1), optimizer: new Map() });
    const all = upTo(count);
    const { transform } = planTransform([{ type: 'standardize' }], train, all, plan.input);
    program.attach('train', { ...train, labels: new Int32Array(count), classes: 10 }, transform);
    const rates = new Float32Array(count / 100).fill(0.001);
    expect(
      await program.train('train', { order: all, batchSize: 100, rates, moment: { seed: 1, step: 0 } }),
    ).toMatchObject({
      samples: count,
    });
    program.dispose();
    // 196 MB of images, every one of which was read.
    expect(train.images.byteLength).toBe(196_000_000);
    expect(anonymousBytes() - before).toBeLessThan(60_000_000);
  },
);
