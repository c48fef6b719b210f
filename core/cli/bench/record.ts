import type { Program, TrainReport, TrainRequest } from '../../backends/backend.ts';

/** What came of consecutive training steps, ending after step `step` of the run (from 1). */
export interface Piece {
  readonly step: number;
  /** Finished epochs before it. */
  readonly epoch: number;
  readonly lossSum: number;
  readonly samples: number;
}

/** Steps looked at one by one, at the beginning; after them every `stride`. */
export const closely = 20;
const stride = 50;

/**
 * A program that notes the loss after the same steps whatever its calls are cut into: after each of the first few, then
 * after every fiftieth, and at the end of an epoch.
 * @param noted is told of every piece as it comes
 */
export function recording(
  program: Program,
  stepsPerEpoch: number,
  noted: (pieces: readonly Piece[]) => void,
): { readonly program: Program; readonly pieces: Piece[] } {
  const pieces: Piece[] = [];
  const open = { lossSum: 0, samples: 0 };
  const isNoted = (step: number) => step <= closely || step % stride === 0 || step % stepsPerEpoch === 0;
  const untilNoted = (done: number) => {
    let count = 1;
    while (!isNoted(done + count)) count++;
    return count;
  };
  const train = async (split: string, request: TrainRequest): Promise<TrainReport> => {
    let total: TrainReport = {
      steps: 0,
      samples: 0,
      lossSum: request.lossSum ?? 0,
      correct: 0,
      nonFinite: null,
    };
    const steps = request.rates.length;
    while (total.steps < steps && total.nonFinite === null) {
      const done = request.moment.step + total.steps;
      const count = Math.min(steps - total.steps, untilNoted(done));
      const part = await program.train(split, partOf(request, total.steps, count));
      open.lossSum += part.lossSum;
      open.samples += part.samples;
      const end = done + count;
      if (isNoted(end)) {
        pieces.push({ step: end, epoch: Math.floor((end - 1) / stepsPerEpoch), ...open });
        open.lossSum = 0;
        open.samples = 0;
        noted(pieces);
      }
      total = sum(total, part);
    }
    return total;
  };
  return { program: withTrain(program, train), pieces };
}

function partOf(request: TrainRequest, first: number, count: number): TrainRequest {
  const { order, batchSize, rates, moment } = request;
  return {
    ...request,
    lossSum: 0,
    order: order.subarray(first * batchSize, (first + count) * batchSize),
    rates: rates.subarray(first, first + count),
    moment: { ...moment, step: moment.step + first },
  };
}

function sum(total: TrainReport, part: TrainReport): TrainReport {
  return {
    steps: total.steps + part.steps,
    samples: total.samples + part.samples,
    lossSum: total.lossSum + part.lossSum,
    correct: total.correct + part.correct,
    nonFinite: part.nonFinite && { ...part.nonFinite, step: total.steps + part.nonFinite.step },
  };
}

/** The same program in all but how it trains. */
function withTrain(program: Program, train: Program['train']): Program {
  return new Proxy(program, {
    get(target, name) {
      if (name === 'train') return train;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
