import { call } from '../call.ts';
import type { Command } from '../command.ts';
import { byteSize, duration, metricValue, percent } from '../format.ts';

export const runsShow: Command = {
  usage: 'runs show <run>',
  summary: 'Show a run: result, configuration, the command that repeats it, environment, checkpoints.',
  positionals: [1, 1],
  flags: {},
  async run({ arguments: given, output, engine: open }) {
    const engine = await open();
    const detail = await call(engine, 'runs.get', { run: given.positionals[0] as string });
    const { summary, yaml, command, environment, checkpoints, diskBytes } = detail;
    output.object({ id: summary.id, ...detail });
    const { id, name, experimentName, status, best, bestMetric, bestEpoch, test, testCorrect, testCount } =
      summary;
    output.text(`${id}  ${experimentName} / ${name}  ${status}  trained ${duration(summary.seconds)}`);
    if (summary.error) output.text([summary.error.message, summary.error.hint].filter(Boolean).join(' '));
    if (best !== null) {
      const chosen = summary.selectedOnTest ? ', chosen on the test set' : '';
      output.text(`best ${bestMetric} ${metricValue(bestMetric, best)} at epoch ${bestEpoch}${chosen}`);
    }
    if (test !== null) output.text(`test accuracy there ${percent(test)} (${testCorrect} of ${testCount})`);
    output.text(`\n${yaml}\n${command}\n`);
    for (const [key, value] of Object.entries(environment))
      output.text(`${key}: ${value ?? 'not available'}`);
    output.text();
    for (const { epoch, step, bytes, best: isBest, last } of checkpoints) {
      const marks = [isBest ? 'best' : '', last ? 'last' : ''].filter(Boolean).join(', ');
      output.text(
        `checkpoint of epoch ${epoch} (step ${step}), ${byteSize(bytes)}${marks ? `: ${marks}` : ''}`,
      );
    }
    output.text(`${byteSize(diskBytes)} on disk`);
    return 0;
  },
};
