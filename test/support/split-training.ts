import type { Program, TrainRequest } from '../../core/backends/backend.ts';

/** Trains the steps of a request one call each, as a pacer might, and hands on the sum of the losses from call to call. */
export async function trainStepByStep(
  program: Program,
  split: string,
  request: TrainRequest,
): Promise<number> {
  const { order, batchSize, rates, moment } = request;
  let lossSum = request.lossSum ?? 0;
  for (const [step, rate] of rates.entries()) {
    const report = await program.train(split, {
      ...request,
      order: order.subarray(step * batchSize, (step + 1) * batchSize),
      rates: Float32Array.of(rate),
      moment: { ...moment, step: moment.step + step },
      lossSum,
    });
    lossSum = report.lossSum;
  }
  return lossSum;
}
