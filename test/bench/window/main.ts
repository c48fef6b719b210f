import { readOptions, refuse } from '../../../scripts/options.mjs';
import { temporaryFolder } from '../../support/project.ts';
import { measureAccessibility } from './accessibility.ts';
import { measureBrowsing } from './browsing.ts';
import { type Finding, isGood, writeFindings } from './finding.ts';
import { copyBigHome } from './homes.ts';
import { measureInspection } from './inspection.ts';
import { measureLongSeries } from './long-series.ts';
import { measureScrolling } from './scrolling.ts';
import { Session } from './session.ts';
import { measureTraining } from './training.ts';
import { measureMemory, measureWriting } from './writing.ts';

/**
 * Measures the window over a thousand runs, in a real browser, and sets what it measures beside what is wanted. Exits with 1
 * where something falls short.
 */
const measures: Readonly<Record<string, (session: Session, home: string) => Promise<Finding[]>>> = {
  browsing: measureBrowsing,
  'long-series': measureLongSeries,
  inspection: measureInspection,
  accessibility: (session) => measureAccessibility(session, say),
  scrolling: (session, home) => measureScrolling(session, home, seconds / 24, say),
  writing: (session, home) => measureWriting(session, home, seconds / 4),
  memory: (session, home) => measureMemory(session, home, seconds),
  training: (session, home) => measureTraining(session, home, seconds),
};
const usage = `npm run bench:window -- [--only <measures>] [--seconds <n>] [--json]

Measures the window in a real browser over a store of a thousand runs. "scrolling" needs 2.8 GB of disk.

  --only <measures>  Some of ${Object.keys(measures).join(', ')}, with commas between.
  --seconds <n>      How long to watch the longest; 120 unless said.
  --json             One JSON object a line.`;
const { values } = readOptions(usage, {
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '120' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
if (!(seconds > 0)) refuse(`--seconds is a number above 0, not ${values.seconds}`);
const say = (text: string) => process.stderr.write(`${text}\n`);
const chosen = values.only?.split(',') ?? Object.keys(measures);
const unknown = chosen.find((name) => !Object.hasOwn(measures, name));
if (unknown !== undefined) refuse(`There is no measure "${unknown}"`);

using folder = temporaryFolder();
copyBigHome(folder.path, say);
const findings: Finding[] = [];
{
  await using session = await Session.open(folder.path);
  for (const name of chosen) {
    say(`Measuring: ${name} ...`);
    const found = (await measures[name]?.(session, folder.path)) ?? [];
    findings.push(...found);
    for (const line of writeFindings(found).slice(1)) say(`  ${line}`);
  }
}
for (const line of values.json
  ? findings.map((finding) => JSON.stringify(finding))
  : writeFindings(findings)) {
  console.log(line);
}
process.exitCode = findings.every(isGood) ? 0 : 1;
