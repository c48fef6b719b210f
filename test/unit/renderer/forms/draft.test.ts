import { describe, expect, test } from 'vitest';
import type { FieldDescriptor } from '../../../../core/contract/catalog.ts';
import {
  cloneName,
  countRuns,
  issueAt,
  otherIssues,
  parseField,
  parseSetting,
  setVariants,
  toggleVariation,
  variantsOf,
} from '../../../../renderer/components/forms/experiment-draft.ts';
import { parseNumber, parseSeeds } from '../../../../renderer/components/forms/numbers.ts';
import { differences, getAt, setAt } from '../../../../renderer/components/forms/paths.ts';
import { readYaml, writeYaml } from '../../../../renderer/views/new-experiment/use-draft.ts';

const draft = {
  version: 1,
  name: 'lenet-5',
  dataset: { name: 'mnist', preprocess: [{ type: 'standardize' }] },
  model: { preset: 'lenet-5', options: { activation: 'sigmoid' } },
  train: { epochs: 10, optimizer: { type: 'sgd', lr: 0.1 } },
  seeds: [1, 2, 3],
};
const activation: FieldDescriptor = {
  key: 'activation',
  label: 'Activation',
  kind: 'choice',
  help: '',
  default: 'sigmoid',
  choices: [
    { value: 'sigmoid', label: 'Sigmoid' },
    { value: 'relu', label: 'ReLU' },
  ],
};
const path = 'model.options.activation';

describe('paths', () => {
  test('setting a value leaves the original as it was, and makes what is missing on the way', () => {
    const changed = setAt(draft, 'train.schedule.type', 'cosine');
    expect(getAt(changed, 'train.schedule.type')).toBe('cosine');
    expect(getAt(draft, 'train.schedule')).toBeUndefined();
    expect(getAt(setAt(draft, 'dataset.preprocess.0.type', 'scale'), 'dataset.preprocess')).toEqual([
      { type: 'scale' },
    ]);
  });

  test('setting undefined takes the key out', () => {
    expect(setAt(draft, 'train.epochs', undefined).train).toEqual({ optimizer: { type: 'sgd', lr: 0.1 } });
  });
});

describe('a clone', () => {
  test('with sigmoid changed to ReLU differs in exactly one key, and its name says so', () => {
    const clone = setAt(draft, path, 'relu');
    expect(differences(draft, clone)).toEqual([{ path, before: 'sigmoid', after: 'relu' }]);
    expect(cloneName(draft, clone)).toBe('lenet-5 (activation relu)');
    expect(cloneName(draft, { ...clone, name: 'an earlier name' })).toBe('lenet-5 (activation relu)');
  });
});

describe('a field that varies', () => {
  test('starts from its present value and all others, and comes to one run each, with every seed', () => {
    const varied = toggleVariation(draft, path, activation);
    expect(varied.grid).toEqual({ [path]: ['sigmoid', 'relu'] });
    expect(countRuns(varied)).toBe(6);
  });

  test('goes back to one value, and leaves no empty grid behind', () => {
    const back = toggleVariation(toggleVariation(draft, path, activation), path, activation);
    expect(back).toEqual(draft);
    expect(back).not.toHaveProperty('grid');
  });
});

describe('faults', () => {
  const issues = [
    { path: 'train.optimizer.lr', message: 'must be a number' },
    { path: `grid.${path}`, message: 'names a value twice' },
    { path: 'model.spec.layers.0', message: 'too large' },
  ];

  test('stand at their field, also when it varies', () => {
    expect(issueAt(issues, 'train.optimizer.lr')).toBe('must be a number');
    expect(issueAt(issues, path)).toBe('names a value twice');
    expect(issueAt(issues, 'train.epochs')).toBeUndefined();
  });

  test('that no field shows are listed', () => {
    expect(otherIssues(issues, ['train.optimizer.lr', path])).toEqual([issues[2]]);
  });
});

describe('variants', () => {
  const varied = { variants: { a: { 'train.epochs': 2 }, b: {} }, grid: { backend: ['cpu', 'gpu'] } };

  test('multiply with the grid and the seeds', () => {
    expect(countRuns({ ...varied, seeds: [1, 2, 3] })).toBe(12);
  });

  test('keep their order, and take their key with the last of them', () => {
    const renamed = variantsOf(varied).map((variant) => ({ ...variant, name: `${variant.name}!` }));
    expect(Object.keys(setVariants(varied, renamed).variants as object)).toEqual(['a!', 'b!']);
    expect(setVariants(varied, [])).not.toHaveProperty('variants');
  });

  test('hold values as a file does', () => {
    expect(['0.1', 'relu', '[1, 2]', 'true', '{'].map(parseSetting)).toEqual([
      0.1,
      'relu',
      [1, 2],
      true,
      '{',
    ]);
  });
});

describe('what is typed', () => {
  test('is a number where it reads as one, else stays for the engine to refuse', () => {
    expect(parseField('number', ' 1e-3 ')).toBe(0.001);
    expect(parseField('number', 'fast')).toBe('fast');
    expect(parseField('number', ' ')).toBeUndefined();
    expect(parseNumber('0x10')).toBeNull();
  });

  test('as seeds is a list or a range, each once', () => {
    expect(parseSeeds('1-3, 2 7')).toEqual([1, 2, 3, 7]);
    expect(parseSeeds('1, -2')).toBeNull();
    expect(parseSeeds('')).toBeNull();
  });
});

describe('YAML', () => {
  test('says the same as the form, both ways', () => {
    expect(readYaml(writeYaml(draft))).toEqual({ draft });
  });

  test('that cannot be read names its line', () => {
    expect(readYaml('name: a\ntrain: [1, 2\nseeds: 1\n')).toMatchObject({
      fault: { line: expect.any(Number) },
    });
    expect(readYaml('name: a\nname: b\n')).toMatchObject({ fault: { line: 2 } });
    expect(readYaml('- 1')).toHaveProperty('fault');
  });
});
