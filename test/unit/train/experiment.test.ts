import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ConvolabError, type Issue } from '../../../core/contract/errors.ts';
import {
  applySet,
  expandExperiment,
  experimentToYaml,
  parseExperiment,
  runAsExperiment,
} from '../../../core/train/experiment.ts';
import { setPath } from '../../../core/train/paths.ts';

const valid = {
  version: 1,
  name: 'one',
  dataset: { name: 'mnist', validation: 5000, preprocess: [{ type: 'standardize' }] },
  model: { preset: 'lenet-5' },
  train: {},
};

function refusal(config: unknown): ConvolabError {
  try {
    parseExperiment({ config });
  } catch (thrown) {
    return thrown as ConvolabError;
  }
  throw new Error('it was not refused');
}

/** A valid experiment with one path set to something wrong. */
const issuesWith = (path: string, value: unknown): readonly Issue[] =>
  refusal(setPath(valid, path, value)).issues ?? [];

describe('an experiment', () => {
  test('gets every default filled in, those of the preset’s options too', () => {
    expect(parseExperiment({ config: valid })).toEqual({
      ...valid,
      dataset: { ...valid.dataset, augment: [], derive: [] },
      model: {
        preset: 'lenet-5',
        options: {
          activation: 'sigmoid',
          pooling: 'mean',
          loss: 'softmax-cross-entropy',
          subsampling: 'plain',
          output: 'dense',
          fullConnection: false,
        },
      },
      train: {
        epochs: 10,
        batchSize: 64,
        optimizer: { type: 'sgd', lr: 0.1, momentum: 0.9, nesterov: false, weightDecay: 0 },
        schedule: { type: 'constant', warmup: 0 },
        select: { metric: 'validation/accuracy', direction: 'max' },
      },
      grid: {},
      variants: {},
      seeds: [1],
      backend: 'auto',
    });
  });

  test('chooses by the test set only where there is no validation, and then says so in the metric', () => {
    const { train } = parseExperiment({ config: setPath(valid, 'dataset.validation', 0) });
    expect(train.select).toEqual({ metric: 'test/accuracy', direction: 'max' });
  });

  test('wants a small loss and a large accuracy unless told otherwise', () => {
    const { train } = parseExperiment({
      config: setPath(valid, 'train.select', { metric: 'validation/loss' }),
    });
    expect(train.select.direction).toBe('min');
  });

  test('reads back from its own YAML to the same', () => {
    const experiment = parseExperiment({
      config: { ...valid, grid: { 'train.epochs': [1, 2] }, seeds: [3, 4] },
    });
    expect(parseExperiment({ text: experimentToYaml(experiment) })).toEqual(experiment);
  });

  test('is YAML or JSON', () => {
    expect(parseExperiment({ text: JSON.stringify(valid) })).toEqual(parseExperiment({ config: valid }));
  });
});

describe('a fault is named by its path', () => {
  test.each([
    ['version', 2, 'version', 'must be 1, not 2'],
    ['name', '', 'name', 'at least 1 character,'],
    ['dataset.name', 'mnits', 'dataset.name', 'did you mean "mnist"?'],
    ['dataset.validation', -1, 'dataset.validation', 'at least 0'],
    ['dataset.validaton', 5, 'dataset.validaton', 'did you mean "validation"?'],
    [
      'dataset.preprocess',
      [{ type: 'standardise' }],
      'dataset.preprocess.0.type',
      'did you mean "standardize"?',
    ],
    ['dataset.preprocess', [{ type: 'scale', to: 3 }], 'dataset.preprocess.0.to', 'must be'],
    ['dataset.augment', [{ type: 'flop' }], 'dataset.augment.0.type', 'did you mean "flip"?'],
    ['model', { preset: 'lenet5' }, 'model.preset', 'did you mean "lenet-5"?'],
    ['model.options', { activaton: 'relu' }, 'model.options.activaton', 'did you mean "activation"?'],
    ['model.options', { activation: 'rleu' }, 'model.options.activation', 'did you mean "relu"?'],
    ['model', 'lenet-5', 'model', 'must be'],
    ['train.epochs', 0, 'train.epochs', 'more than 0'],
    ['train.epochs', 1.5, 'train.epochs', 'a whole number'],
    ['train.batchSize', 'many', 'train.batchSize', 'must be'],
    ['train.batchsize', 32, 'train.batchsize', 'did you mean "batchSize"?'],
    ['train.optimizer', { type: 'sdg' }, 'train.optimizer.type', 'did you mean "sgd"?'],
    ['train.optimizer', { type: 'sgd', lr: -1 }, 'train.optimizer.lr', 'at least 0'],
    ['train.optimizer', { type: 'sgd', mometum: 0 }, 'train.optimizer.mometum', 'did you mean "momentum"?'],
    ['train.schedule', { type: 'cosin' }, 'train.schedule.type', 'did you mean "cosine"?'],
    [
      'train.select',
      { metric: 'validation/acuracy' },
      'train.select.metric',
      'did you mean "validation/accuracy"?',
    ],
    ['seeds', [], 'seeds', 'at least 1 entry,'],
    ['seeds', [1, 1], 'seeds', 'twice'],
    ['seeds', [-1], 'seeds.0', 'at least 0'],
    ['backend', 'tpu', 'backend', 'auto, cpu, gpu'],
    ['grid', { 'train.epohcs': [1] }, 'grid.train.epohcs', 'did you mean "epochs"?'],
    ['grid', { 'train.epochs': [1, 'x'] }, 'grid.train.epochs', 'a number'],
    ['grid', { 'train.epochs': [1, 1] }, 'grid.train.epochs', 'twice'],
    ['grid', { seeds: [[1], [2]] }, 'grid.seeds', 'cannot vary'],
    [
      'grid',
      { 'model.options.activation': ['relu', 'rleu'] },
      'grid.model.options.activation',
      'did you mean "relu"?',
    ],
    ['grid', { 'train.optimizer.lr': Array.from({ length: 1001 }, (_, i) => i) }, 'grid', '1001 runs'],
    ['variants', { a: { 'train.epohcs': 1 } }, 'variants.a.train.epohcs', 'did you mean "epochs"?'],
    [
      'variants',
      { a: { 'train.optimizer.lr': 0.1, 'train.epochs': 'x' } },
      'variants.a.train.epochs',
      'a number',
    ],
    ['variants', { a: {}, b: {} }, 'variants', 'the same settings'],
    ['variants', { a: { seeds: [1] } }, 'variants.a.seeds', 'cannot vary'],
    ['variants', { a: { 'name.first': 1 } }, 'variants.a.name.first', 'cannot vary'],
    ['variants', { a: { 'model.preset.x': 1 } }, 'variants.a.model.preset.x', 'cannot be set inside'],
  ])('%s = %j', (path, value, at, message) => {
    expect(issuesWith(path, value)).toContainEqual({ path: at, message: expect.stringContaining(message) });
  });

  test('a path that both the grid and a variant set', () => {
    const both = { ...valid, grid: { 'train.epochs': [1, 2] }, variants: { a: { 'train.epochs': 3 } } };
    expect(refusal(both).issues).toContainEqual({
      path: 'variants.a.train.epochs',
      message: 'is varied by the grid as well',
    });
  });

  test('validation as what to choose by, where there is none', () => {
    const config = setPath(setPath(valid, 'dataset.validation', 0), 'train.select', {
      metric: 'validation/loss',
    });
    expect(refusal(config).issues).toEqual([
      { path: 'train.select.metric', message: expect.stringContaining('no validation set') },
    ]);
  });

  test('a network that the data does not fit', () => {
    const layers = [{ id: 'OUT', type: 'dense', units: 7 }];
    const spec = {
      version: 1,
      name: 'small',
      input: [3, 20, 28],
      layers,
      loss: { type: 'softmax-cross-entropy' },
    };
    const messages = issuesWith('model', { spec }).map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining('takes [3, 20, 28], but images of mnist are [1, 28, 28]'),
      expect.stringContaining('layer OUT gives 7 outputs, but mnist has 10 classes'),
    ]);
  });

  test('a network smaller than the images, unless it is shown windows of them', () => {
    const layers = [{ id: 'OUT', type: 'dense', units: 10 }];
    const loss = { type: 'softmax-cross-entropy' };
    const spec = { version: 1, name: 'small', input: [1, 24, 24], layers, loss };
    const dataset = { ...valid.dataset, augment: [{ type: 'crop', padding: 0 }] };
    expect(issuesWith('model', { spec })).toHaveLength(1);
    expect(() => parseExperiment({ config: { ...valid, dataset, model: { spec } } })).not.toThrow();
  });

  test('an impossible layer, by its place in the specification', () => {
    const layers = [{ id: 'C1', type: 'conv', filters: 4, kernal: 3 }];
    const spec = { version: 1, name: 'bad', input: [1, 28, 28], layers, loss: { type: 'mse' } };
    expect(issuesWith('model', { spec })).toContainEqual({
      path: 'model.spec.layers.0.kernal',
      message: expect.stringContaining('did you mean "kernel"?'),
    });
  });

  test('all at once, with the code of unknown keys only where nothing else is wrong', () => {
    const unknown = refusal({ ...valid, sedes: [1], train: { epohcs: 3 } });
    expect(unknown.code).toBe('spec.unknown-key');
    expect(unknown.issues?.map(({ path }) => path).sort()).toEqual(['sedes', 'train.epohcs']);
    expect(refusal({ ...valid, sedes: [1], train: { epochs: 'x' } }).code).toBe('spec.invalid');
  });

  test('bad syntax, by line and column', () => {
    const read = () => parseExperiment({ text: 'version: 1\nname: [one\nmodel: 3\n', subject: 'a.yaml' });
    expect(read).toThrow(expect.objectContaining({ code: 'spec.syntax', subject: 'a.yaml' }));
    expect(read).toThrow(/line 3, column 1/);
  });

  test('a key given twice', () => {
    expect(() => parseExperiment({ text: 'version: 1\nname: a\nname: b\n' })).toThrow(/line 3/);
  });
});

describe('runs of an experiment', () => {
  const config = {
    ...valid,
    grid: { 'model.options.activation': ['sigmoid', 'relu'], 'train.epochs': [1, 2] },
    seeds: [7, 8],
  };

  test('are every combination with every seed, the first path varying slowest, seeds fastest', () => {
    const runs = expandExperiment(parseExperiment({ config }));
    expect(runs.map(({ name }) => name)).toEqual([
      'sigmoid, 1/seed 7',
      'sigmoid, 1/seed 8',
      'sigmoid, 2/seed 7',
      'sigmoid, 2/seed 8',
      'relu, 1/seed 7',
      'relu, 1/seed 8',
      'relu, 2/seed 7',
      'relu, 2/seed 8',
    ]);
    expect(runs[5]).toMatchObject({
      seed: 8,
      choices: { 'model.options.activation': 'relu', 'train.epochs': 1 },
      model: { options: { activation: 'relu', pooling: 'mean' } },
      train: { epochs: 1 },
    });
  });

  test('are every variant, with what it sets together, by every combination and seed', () => {
    const variants = {
      ReLU: { 'model.options.activation': 'relu', 'train.optimizer.lr': 0.02 },
      'as it is': {},
    };
    const grid = { 'train.epochs': [1, 2] };
    const experiment = parseExperiment({ config: { ...valid, grid, variants } });
    const runs = expandExperiment(experiment);
    expect(runs.map(({ name }) => name)).toEqual([
      'ReLU, 1/seed 1',
      'ReLU, 2/seed 1',
      'as it is, 1/seed 1',
      'as it is, 2/seed 1',
    ]);
    expect(runs[1]).toMatchObject({
      variant: 'ReLU',
      choices: { variant: 'ReLU', 'train.epochs': 2 },
      model: { options: { activation: 'relu', pooling: 'mean' } },
      train: { epochs: 2, optimizer: { lr: 0.02 } },
    });
    expect(runs[2]?.model).toMatchObject({ options: { activation: 'sigmoid' } });
    expect(expandExperiment(parseExperiment({ text: experimentToYaml(experiment) }))).toEqual(runs);
  });

  test('have every default filled in, of what varies too', () => {
    const optimizer = { type: 'adam', lr: 0.001 };
    const parsed = parseExperiment({ config: { ...valid, train: { ...valid.train, optimizer } } });
    const variants = { Adam: { 'train.optimizer': optimizer } };
    for (const varied of [{ variants }, { grid: { 'train.optimizer': [optimizer] } }]) {
      const [run] = expandExperiment(parseExperiment({ config: { ...valid, ...varied } }));
      expect(run?.train.optimizer).toEqual(parsed.train.optimizer);
    }
    expect(parsed.train.optimizer).toMatchObject({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  });

  test('name steps that vary by what they do', () => {
    const grid = { 'dataset.derive': [[], [{ type: 'width', pixels: 10 }, { type: 'grey' }]] };
    const runs = expandExperiment(parseExperiment({ config: { ...valid, grid } }));
    expect(runs.map(({ name }) => name)).toEqual(['none/seed 1', 'width 10 + grey/seed 1']);
  });

  test('carry the experiment’s name where nothing varies', () => {
    expect(expandExperiment(parseExperiment({ config: valid })).map(({ name }) => name)).toEqual([
      'one/seed 1',
    ]);
  });

  test('are experiments of one run themselves', () => {
    const [first] = expandExperiment(parseExperiment({ config }));
    const again = expandExperiment(parseExperiment({ config: runAsExperiment(first as never) }));
    expect(again).toHaveLength(1);
    expect(again[0]).toMatchObject({ model: first?.model, train: first?.train, seed: 7 });
  });
});

describe('--set', () => {
  test.each([
    ['train.epochs=3', 'train', { epochs: 3 }],
    ['train.optimizer.lr=0.5', 'train', { optimizer: { lr: 0.5 } }],
    ['seeds=[4, 5]', 'seeds', [4, 5]],
    ['name=a b', 'name', 'a b'],
    ['dataset.preprocess.0.type=scale', 'dataset', { ...valid.dataset, preprocess: [{ type: 'scale' }] }],
  ])('%s', (assignment, key, value) => {
    expect((applySet(valid, assignment) as Record<string, unknown>)[key]).toEqual(value);
  });

  test('of a path that the grid varies ends the varying; of grid.<path> begins it', () => {
    const varied = applySet(valid, 'grid.train.epochs=[1, 2]');
    expect(varied).toMatchObject({ grid: { 'train.epochs': [1, 2] } });
    expect(applySet(varied, 'train.epochs=5')).toMatchObject({ grid: {}, train: { epochs: 5 } });
  });

  test('of a path that variants set ends that too', () => {
    const varied = { ...valid, variants: { a: { 'train.epochs': 2, backend: 'cpu' }, b: {} } };
    expect(applySet(varied, 'train.epochs=5')).toMatchObject({
      train: { epochs: 5 },
      variants: { a: { backend: 'cpu' }, b: {} },
    });
  });

  test.each(['train.epochs', '=3', 'name.first=x', 'dataset.preprocess.7.type=scale'])(
    '%s is refused',
    (assignment) => {
      expect(() => applySet(valid, assignment)).toThrow(ConvolabError);
    },
  );

  test('cannot reach into what every object has', () => {
    expect(() => applySet(valid, '__proto__.polluted=1')).toThrow(ConvolabError);
    expect(parse('{}')).not.toHaveProperty('polluted');
  });
});
