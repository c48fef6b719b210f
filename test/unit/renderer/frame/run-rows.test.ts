import { expect, test } from 'vitest';
import { shortName } from '../../../../renderer/components/runs/run-rows.ts';
import { runRow } from '../runs.ts';

const short = (experimentName: string, name: string) => shortName(runRow({ experimentName, name }));

test('a run is not called by its experiment again, under whose heading it stands', () => {
  expect(short('sweep', 'sweep/seed 2')).toEqual({ head: 'seed 2', tail: '' });
  expect(short('sweep', 'sweep/relu/seed 2')).toEqual({ head: 'relu', tail: '/seed 2' });
});

test('other names stay whole, and keep the end that tells runs apart', () => {
  expect(short('sweep', 'relu/seed 2')).toEqual({ head: 'relu', tail: '/seed 2' });
  expect(short('sweep', 'sweeping/a long last part of a name')).toEqual({
    head: 'sweeping/a long last part of a name',
    tail: '',
  });
  expect(short('sweep', 'sweep/')).toEqual({ head: 'sweep', tail: '/' });
});
