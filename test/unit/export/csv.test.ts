import { expect, test } from 'vitest';
import { metricsCsv } from '../../../core/export/csv.ts';

const point = { run: 'x', metric: 'train/loss', step: 1, epoch: 0.5, seconds: 2, value: 0.1 + 0.2 };

test('metrics become lines of six columns in full precision, an empty field where a value is not finite', () => {
  expect(metricsCsv([point, { ...point, step: 2, value: null }])).toBe(
    'run,metric,step,epoch,seconds,value\nx,train/loss,1,0.5,2,0.30000000000000004\nx,train/loss,2,0.5,2,\n',
  );
});

test('no points are a header alone', () => {
  expect(metricsCsv([])).toBe('run,metric,step,epoch,seconds,value\n');
});

test('a field with a comma, a quote or a line end is quoted', () => {
  expect(metricsCsv([{ ...point, metric: 'a,"b"\nc' }])).toContain('x,"a,""b""\nc",1,');
});
