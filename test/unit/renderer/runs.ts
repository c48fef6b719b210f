import type { RunSummary } from '../../../core/contract/runs.ts';

/** A run's row as the engine would send it, with what a test is about changed. */
export function runRow(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    id: 'r1',
    experimentId: 'e1',
    experimentName: 'Sigmoid vs ReLU',
    name: 'relu/seed 1',
    status: 'finished',
    colour: 0,
    seed: 1,
    choices: { 'model.options.activation': 'relu' },
    device: 'cpu',
    createdAt: '2026-01-02T10:00:00.000Z',
    startedAt: null,
    endedAt: null,
    epoch: 3,
    epochs: 3,
    step: 100,
    seconds: 12,
    imagesPerSecond: null,
    etaSeconds: null,
    best: 0.98,
    bestMetric: 'validation/accuracy',
    bestEpoch: 3,
    selectedOnTest: false,
    test: 0.979,
    testCorrect: 9790,
    testCount: 10_000,
    last: {},
    notes: '',
    tags: [],
    error: null,
    ending: null,
    trashed: false,
    ...changes,
  };
}
