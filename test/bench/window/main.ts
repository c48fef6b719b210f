import { parseArgs } from 'node:util';
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
 * `main.ts [--only browsing,...] [--seconds 120] [--json]`: measures the window over a thousand runs, in a real browser, and sets what
 * it measures beside what is wanted. Exits with 1 where something falls short.
 */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    seconds: { type: 'string', default: '120' },
    json: { type: 'boolean', default: false },
  },
});
const seconds = Number(values.seconds);
const say = (text: string) => process.stderr.write(`${text}\n`);

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
const chosen = values.only?.split(',') ?? Object.keys(measures);
for (const name of chosen) {
  if (!Object.hasOwn(measures, name))
    throw new Error(`There is no measure "${name}"; known are ${Object.keys(measures).join(', ')}.`);
}

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
