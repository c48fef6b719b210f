import { tabNames } from '../../../renderer/views/run/tab-names.ts';
import { violations } from '../../support/axe.ts';
import type { Finding } from './finding.ts';
import type { Session } from './session.ts';

const views = [
  '/experiments',
  '/runs',
  '/new',
  '/data/mnist',
  '/models/lenet-5',
  '/queue',
  '/trash',
  '/settings',
  '/why-convolution',
] as const;

/** What axe-core finds in every view over a thousand runs, dark and light. */
export async function measureAccessibility(
  session: Session,
  say: (text: string) => void,
): Promise<Finding[]> {
  const runs = (await session.call('runs.list', {})).filter(({ status }) => status === 'finished');
  const compared = runs.slice(-6).map(({ id }) => id);
  const pages = [
    ...views,
    `/compare?runs=${compared.join(',')}`,
    `/judge?runs=${compared.join(',')}`,
    ...tabNames.map((tab) => `/run/${compared[0]}?tab=${tab}`),
  ];
  let found = 0;
  for (const theme of ['light', 'dark'] as const) {
    await session.page.emulateMedia({ colorScheme: theme });
    for (const path of pages) {
      await session.go(path, 'page');
      await session.page.waitForTimeout(500);
      for (const fault of await violations(session)) {
        found++;
        say(`${path} (${theme}): ${fault}`);
      }
    }
  }
  return [
    {
      what: `axe-core over ${pages.length} views, dark and light`,
      measured: found,
      wanted: 0,
      unit: 'faults',
    },
  ];
}
