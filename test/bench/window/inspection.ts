import { installColours } from '../../support/colours.ts';
import { trainedRun } from '../../support/window.ts';
import type { Finding } from './finding.ts';
import { look } from './looks.ts';
import { Session } from './session.ts';

/** How long somebody reads a page before the first click. */
const readingMs = 1500;

const tab = (name: string) => `[role=tab][id$="trigger-${name}"]`;
const strip = (index: number) => `[aria-label="Choose a test image"] [aria-label^="Image ${index},"]`;
const previousEpoch = 'button[aria-label="Previous epoch"]';
const images = '[aria-label="Images behind the matrix"]';
const maps = 'section[aria-label="Maps of C1"]';
const kernels = '[aria-label="Kernels of layer C1"]';
const evidence = 'canvas[aria-label="Gradient saliency"]';
const occlusion = 'canvas[aria-label="Occlusion"]';
const points = 'main [role=img][aria-label*="images as points"]';

/** From click to picture on a run's page: first looks by a process that has just started, then later ones. */
export async function measureInspection(session: Session, home: string): Promise<Finding[]> {
  installColours(home, { train: 1000, test: 10_000 });
  const [digits, colours] = [await trainedRun(session, lenet), await trainedRun(session, colourful)];
  return [
    ...(await measureFirstLooks(home, digits)),
    ...(await measureLaterLooks(session, digits)),
    await measureSpace(session, digits, 'MNIST'),
    await measureSpace(session, colours, 'colour'),
  ];
}

/** Each by an engine of its own, which has opened nothing yet but what it opens by itself. */
async function measureFirstLooks(home: string, run: string): Promise<Finding[]> {
  const first = async (name: string, watched: string) => {
    await using fresh = await Session.open(home);
    await fresh.go(`/run/${run}`, 'page');
    await fresh.page.waitForTimeout(readingMs);
    return await look(fresh.page, tab(name), watched);
  };
  const after = `${readingMs / 1000} s after the page`;
  return [
    atMost(200, `images behind the matrix, first look, ${after}`, await first('confusion', images)),
    atMost(200, `feature maps, first look, ${after}`, await first('maps', maps)),
    atMost(200, `kernels, first look, ${after}`, await first('kernels', kernels)),
    atMost(1000, `saliency, first look, ${after}`, await first('evidence', evidence)),
  ];
}

async function measureLaterLooks(session: Session, run: string): Promise<Finding[]> {
  const { page } = session;
  const open = async (name: string, watched: string) => {
    await session.go(`/run/${run}?tab=${name}`, 'page');
    await page.locator(watched).first().waitFor();
    await page.waitForTimeout(500);
  };
  const each = async (clicks: readonly string[], watched: string) => {
    const times: number[] = [];
    for (const click of clicks) times.push(await look(page, click, watched));
    return Math.max(...times);
  };
  const cells = [0, 1, 2, 3, 4].map((digit) => `[data-cell="${digit},${digit}"]`);
  const places = [1, 2, 3, 4, 5].map(strip);
  const epochs = Array<string>(epochsTrained - 1).fill(previousEpoch);
  await open('confusion', images);
  const findings = [atMost(200, 'images of a confusion cell, slowest of 5', await each(cells, images))];
  await open('maps', maps);
  findings.push(
    atMost(200, 'feature maps of another image, slowest of 5', await each(places, maps)),
    atMost(200, 'feature maps at another epoch, slowest of 2', await each(epochs, maps)),
  );
  await page.getByRole('checkbox', { name: 'follow latest' }).click();
  await open('kernels', kernels);
  findings.push(atMost(200, 'kernels at another epoch, slowest of 2', await each(epochs, kernels)));
  await page.getByRole('checkbox', { name: 'follow latest' }).click();
  await open('evidence', occlusion);
  findings.push(
    atMost(1000, 'saliency of another image, slowest of 5', await each(places, evidence)),
    atMost(1000, 'occlusion of another image, slowest of 4', await each(places.slice(0, 4), occlusion)),
  );
  return findings;
}

async function measureSpace(session: Session, run: string, name: string): Promise<Finding> {
  await session.go(`/run/${run}`, 'page');
  await session.page.waitForTimeout(readingMs);
  const took = await look(session.page, tab('space'), points);
  return atMost(2000, `10,000 ${name} images as points`, took);
}

function atMost(wanted: number, what: string, measured: number): Finding {
  return { what, measured, wanted, unit: 'ms' };
}

const epochsTrained = 3;
const training = {
  batchSize: 64,
  optimizer: { type: 'sgd', lr: 0.05, momentum: 0.9 },
};
const lenet = {
  version: 1,
  name: 'Looked into',
  dataset: { name: 'mnist', validation: 5000, preprocess: [{ type: 'standardize' }] },
  model: { preset: 'lenet-5', options: { activation: 'relu' } },
  train: { epochs: epochsTrained, ...training },
  backend: 'cpu',
};
const colourful = {
  ...lenet,
  name: 'Looked into, in colour',
  dataset: { ...lenet.dataset, name: 'cifar-10', validation: 100 },
  model: { preset: 'cifar-12-24' },
  train: { epochs: 1, ...training },
};
