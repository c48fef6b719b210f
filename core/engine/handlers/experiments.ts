import { ConvolabError, type Issue } from '../../contract/errors.ts';
import type { Validation } from '../../contract/methods.ts';
import { isDerived, trainingLabels } from '../../data/derive/open.ts';
import { findDataset, openDataset } from '../../data/index.ts';
import { heldOutCount } from '../../data/split.ts';
import { compilePlan } from '../../graph/compile.ts';
import { describeModel } from '../../graph/describe.ts';
import { buildGraph } from '../../graph/graph.ts';
import { resolveModel } from '../../models/index.ts';
import type { Store } from '../../store/store.ts';
import { absoluteSource } from '../../train/data-paths.ts';
import {
  type Experiment,
  type ExperimentSource,
  expandExperiment,
  experimentIssues,
  experimentToYaml,
  parseExperiment,
  type RunConfig,
  readSource,
} from '../../train/experiment.ts';
import { mustBeLabelled } from '../../train/labels.ts';
import { embedModelFiles } from '../../train/model-issues.ts';
import { rateCourse } from '../../train/schedules/index.ts';
import { estimateRunBytes } from '../../train/snapshots/estimate.ts';
import type { EngineContext, HandlersOf } from '../context.ts';
import { adviseOn, checkDevices } from '../device-advice.ts';
import { newRun } from '../new-run.ts';
import { listOwnData, resolveOwnData } from '../own-data.ts';

/** Experiments as the user edits them, and the runs that they come to. */
export function experimentHandlers({
  home,
  store,
  changed,
}: EngineContext): HandlersOf<'experiments.validate' | 'experiments.create'> {
  return {
    'experiments.validate': (source) => validate(store, asSource(source)),
    'experiments.create': async (source) => {
      const read = await embedModelFiles(readSource(asSource(source)), process.cwd());
      const raw = resolveOwnData(absoluteSource(read, process.cwd()), listOwnData(store));
      const experiment = parseExperiment({ config: raw });
      const configs = expandExperiment(experiment);
      const warnings = await checkMeans(home, configs);
      const created = store.transaction(() => {
        const experimentId = store.experiments.create(experiment.name, experiment);
        return { experimentId, runs: store.runs.create(experimentId, configs.map(newRun)), warnings };
      });
      changed();
      return created;
    },
  };
}

function asSource(source: { text: string } | { config?: unknown }): ExperimentSource {
  return 'text' in source ? source : { config: source.config };
}

/**
 * Finds out before anything is queued what would fail every run: a device that is not there, data that is missing,
 * more samples held out than there are. Returns what should be known of the devices.
 * @throws `spec.invalid`, `device.unavailable`, `native.unavailable`, `dataset.missing`, `dataset.damaged`
 */
async function checkMeans(home: string, configs: readonly RunConfig[]): Promise<string[]> {
  const warnings = await checkDevices(new Set(configs.map(({ backend }) => backend)));
  const counts = new Map<string, Promise<number>>();
  for (const { dataset } of configs) {
    const { name, source, derive } = dataset;
    const key = JSON.stringify([name, source, derive]);
    const count = counts.get(key) ?? trainingCount(dataset, home);
    counts.set(key, count);
    heldOutCount(await count, dataset.validation);
  }
  return warnings;
}

/** Training samples of what a data section says, as far as can be told without reading all of it. */
async function trainingCount(dataset: RunConfig['dataset'], home: string): Promise<number> {
  if (isDerived(dataset)) {
    const labels = await trainingLabels(dataset, home);
    mustBeLabelled(labels, dataset);
    return labels?.length ?? 0;
  }
  const definition = findDataset(dataset.name);
  const { status, splits } = await definition.inspect(home);
  // Opening a data set that cannot be trained on says why, and what to do.
  if (status !== 'ready' || definition.kind === 'images') await openDataset(dataset.name, home);
  return splits.train ?? 0;
}

async function validate(store: Store, source: ExperimentSource): Promise<Validation> {
  let raw: unknown;
  try {
    raw = resolveOwnData(await embedModelFiles(readSource(source), process.cwd()), listOwnData(store));
  } catch (thrown) {
    return refused(issuesOf(ConvolabError.from(thrown)));
  }
  const issues = experimentIssues(raw);
  return issues.length > 0 ? refused(issues) : accepted(store, parseExperiment({ config: raw }));
}

function issuesOf({ issues, message, hint }: ConvolabError): Issue[] {
  return issues ?? [{ path: 'model.file', message: [message, hint].filter(Boolean).join(' ') }];
}

function refused(issues: Issue[]): Validation {
  return { ok: false, issues, runs: [], secondsPerEpoch: null, diskBytes: null, warnings: [] };
}

async function accepted(store: Store, experiment: Experiment): Promise<Validation> {
  const configs = expandExperiment(experiment);
  const first = configs[0] as RunConfig;
  const { epochs, batchSize, optimizer, schedule } = first.train;
  const { issues, warnings } = adviseOn(experiment.backend);
  const counts = await knownCounts(first.dataset, store.home);
  return {
    ok: issues.length === 0,
    issues,
    config: experiment,
    yaml: experimentToYaml(experiment),
    runs: configs.map(({ name, seed, choices }) => ({ name, seed, choices: { ...choices } })),
    model: describeModel(buildGraph(await resolveModel(first.model)), batchSize),
    course: rateCourse(schedule, optimizer.lr, epochs, counts && Math.ceil(counts.train / batchSize)),
    secondsPerEpoch: measuredPace(store, first),
    diskBytes: counts && (await estimatedBytes(first, counts)),
    warnings,
  };
}

interface SampleCounts {
  /** Without those held out. */
  readonly train: number;
  /** Of test and validation together. */
  readonly judged: number;
}

/** What is trained on and judged by; null for derived sets, whose samples are not counted yet, and where nothing would be left to train on. */
async function knownCounts(dataset: RunConfig['dataset'], home: string): Promise<SampleCounts | null> {
  if (isDerived(dataset)) return null;
  const { splits } = await findDataset(dataset.name).inspect(home);
  const { train = 0, test = 0 } = splits;
  const { validation } = dataset;
  const held = validation < 1 ? Math.round(validation * train) : validation;
  return train > held ? { train: train - held, judged: test + held } : null;
}

/** What one run leaves on disk. */
async function estimatedBytes(config: RunConfig, { judged }: SampleCounts): Promise<number> {
  const plan = compilePlan(buildGraph(await resolveModel(config.model)), { retain: false });
  return estimateRunBytes(plan, config, judged);
}

/** Runs looked back at for a pace. */
const remembered = 50;

/** Seconds per epoch of the latest run that trained the same network on the same data; null where there is none. */
function measuredPace(store: Store, config: RunConfig): number | null {
  const alike = ({ model, dataset, train, backend }: RunConfig) =>
    JSON.stringify([model, dataset, train.batchSize, backend]);
  const wanted = alike(config);
  const recent = store.runs.list().slice(-remembered).reverse();
  const run = recent.find(
    ({ id, epoch }) => epoch >= 1 && alike(store.runs.setup(id).config as RunConfig) === wanted,
  );
  return run ? run.seconds / run.epoch : null;
}
