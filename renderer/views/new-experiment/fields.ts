import type { Catalog, FieldDescriptor, VariantDescriptor } from '../../../core/contract/catalog.ts';
import type { Device } from '../../../core/contract/methods.ts';
import type { Text } from '../../app/text.ts';
import type { Draft } from '../../components/forms/experiment-draft.ts';
import { getAt } from '../../components/forms/paths.ts';

/** A field of the form and the path it edits. */
export interface PlacedField {
  path: string;
  field: FieldDescriptor;
  /** Offers to compare several values. */
  varies: boolean;
}

export interface FormSection {
  id: 'data' | 'network' | 'training' | 'repeat';
  fields: PlacedField[];
}

const place = (path: string, field: Omit<FieldDescriptor, 'key'>, varies = true): PlacedField => ({
  path,
  field: { key: path, ...field },
  varies,
});

/** What is chosen by its type, where it stands in an experiment, and what it is called in the form. */
export interface TypedPart {
  readonly path: string;
  readonly variants: readonly VariantDescriptor[];
  readonly label: string;
}

/** Stands for a part that the experiment leaves out, because something else has it already. */
const own = ':own';

/** A network in shorthand says what its loss is; a preset has one, which may be replaced. */
function lossPart(catalog: Catalog, draft: Draft, text: Text): TypedPart[] {
  const part = { path: 'model.loss', label: text('form.loss') };
  if (getAt(draft, 'model.shorthand') !== undefined) return [{ ...part, variants: catalog.losses }];
  if (getAt(draft, 'model.preset') === undefined) return [];
  const presets = { type: own, label: text('form.lossOwn'), help: text('form.lossOwnHelp'), fields: [] };
  return [{ ...part, variants: [presets, ...catalog.losses] }];
}

/** The parts of an experiment that have a type: choosing another brings the fields that go with it. */
export function typedParts(catalog: Catalog, draft: Draft, text: Text): TypedPart[] {
  return [
    ...lossPart(catalog, draft, text),
    { path: 'train.optimizer', variants: catalog.optimizers, label: text('form.optimizer') },
    { path: 'train.schedule', variants: catalog.schedules, label: text('form.schedule') },
    { path: 'train.clip', variants: catalog.clipping, label: text('form.clip') },
    { path: 'train.average', variants: catalog.averaging, label: text('form.average') },
    { path: 'train.earlyStopping', variants: catalog.stopping, label: text('form.stopping') },
  ];
}

/** The type of a part, with the help of the one chosen, and the fields that it has, each at its own path. */
function partFields({ path, variants, label }: TypedPart, draft: Draft): PlacedField[] {
  const chosen = variants.find((variant) => variant.type === getAt(draft, `${path}.type`)) ?? variants[0];
  const type = place(
    `${path}.type`,
    {
      label,
      kind: 'choice',
      default: variants[0]?.type,
      help: chosen?.help ?? '',
      choices: variants.map((variant) => ({ value: variant.type, label: variant.label })),
    },
    false,
  );
  const fields = (chosen?.fields ?? []).map((field) => ({
    path: `${path}.${field.key}`,
    field,
    varies: true,
  }));
  return [type, ...fields];
}

function dataFields(
  catalog: Catalog,
  draft: Draft,
  own: readonly { name: string }[],
  text: Text,
): PlacedField[] {
  const held = Number(getAt(draft, 'dataset.validation'));
  return [
    place(
      'dataset.name',
      {
        label: text('form.dataset'),
        kind: 'choice',
        help: text('form.datasetHelp'),
        choices: [
          ...catalog.datasets.map(({ name, title }) => ({ value: name, label: title })),
          ...own.map(({ name }) => ({ value: name, label: name })),
        ],
      },
      false,
    ),
    place('dataset.validation', {
      label: text('form.validation'),
      kind: 'number',
      unit: text(held > 0 && held < 1 ? 'form.validationShare' : 'form.validationUnit'),
      default: 0,
      help: text('form.validationHelp'),
    }),
  ];
}

function networkFields(catalog: Catalog, draft: Draft, text: Text): PlacedField[] {
  const loss = lossPart(catalog, draft, text).flatMap((part) => partFields(part, draft));
  const preset = catalog.models.find((model) => model.name === getAt(draft, 'model.preset'));
  const [at, fields] =
    getAt(draft, 'model.shorthand') === undefined
      ? ['model.options', preset?.options ?? []]
      : ['model', catalog.shorthand];
  return [...fields.map((field) => ({ path: `${at}.${field.key}`, field, varies: true })), ...loss];
}

function trainingFields(
  catalog: Catalog,
  devices: readonly Device[],
  draft: Draft,
  text: Text,
): PlacedField[] {
  const metrics = ['validation/accuracy', 'validation/loss', 'test/accuracy', 'test/loss'];
  return [
    place('train.epochs', {
      label: text('form.epochs'),
      kind: 'integer',
      default: 10,
      help: text('form.epochsHelp'),
    }),
    place('train.batchSize', {
      label: text('form.batchSize'),
      kind: 'integer',
      unit: text('form.batchSizeUnit'),
      default: 64,
      help: text('form.batchSizeHelp'),
    }),
    ...typedParts(catalog, draft, text)
      .filter(({ path }) => path.startsWith('train.'))
      .flatMap((part) => partFields(part, draft)),
    place(
      'train.select.metric',
      {
        label: text('form.select'),
        kind: 'choice',
        default: getAt(draft, 'dataset.validation') ? 'validation/accuracy' : 'test/accuracy',
        help: text('form.selectHelp'),
        choices: metrics.map((metric) => ({ value: metric, label: metric })),
      },
      false,
    ),
    ...catalog.snapshots.map((field) => ({ path: `train.snapshots.${field.key}`, field, varies: false })),
    place(
      'backend',
      {
        label: text('form.device'),
        kind: 'choice',
        default: 'auto',
        help: text('form.deviceHelp'),
        choices: deviceChoices(devices, text),
      },
      false,
    ),
  ];
}

/** `auto` with what it comes to; then every device that can be had, those that only pretend to be a GPU marked. */
function deviceChoices(devices: readonly Device[], text: Text) {
  const usable = devices.filter((device) => device.available);
  const best = usable.find(({ kind, software }) => kind === 'gpu' && !software) ?? usable[0];
  const label = ({ id, name, kind, software }: Device) => {
    if (kind !== 'gpu') return name;
    return text(software ? 'form.deviceSoftware' : 'form.deviceGpu', { id, name });
  };
  return [
    {
      value: 'auto',
      label: best ? text('form.deviceAutoNow', { name: label(best) }) : text('form.deviceAuto'),
    },
    ...usable.map((device) => ({ value: device.id, label: label(device) })),
  ];
}

/** The form of an experiment, in its four sections, from what the catalogue describes. */
export function formSections(
  catalog: Catalog,
  devices: readonly Device[],
  draft: Draft,
  text: Text,
  own: readonly { name: string }[] = [],
): FormSection[] {
  const name = place('name', { label: text('form.name'), kind: 'text', help: text('form.nameHelp') }, false);
  return [
    { id: 'data', fields: dataFields(catalog, draft, own, text) },
    { id: 'network', fields: networkFields(catalog, draft, text) },
    { id: 'training', fields: trainingFields(catalog, devices, draft, text) },
    { id: 'repeat', fields: [name] },
  ];
}

/** A network in shorthand to begin with: two convolutions and two dense layers that fit the data set, where it is known. */
export function startingShorthand(catalog: Catalog, draft: Draft): string {
  const data = catalog.datasets.find(({ name }) => name === getAt(draft, 'dataset.name'));
  const derived = getAt(draft, 'dataset.derive');
  const isKnown = !(Array.isArray(derived) && derived.length > 0);
  const input = (isKnown && data?.shape?.join('x')) || '1x28x28';
  return `${input}-20C5-MP2-40C5-MP2-150N-${(isKnown && data?.classes.length) || 10}N`;
}

/** A variant with its defaults, as it enters the experiment when it is chosen; undefined where it is to be left out. */
export function variantDefaults(
  variants: readonly VariantDescriptor[],
  type: string,
): Record<string, unknown> | undefined {
  if (type === own) return undefined;
  const fields = variants.find((variant) => variant.type === type)?.fields ?? [];
  const values = fields.filter((field) => field.default !== undefined && !field.key.includes('.'));
  return { type, ...Object.fromEntries(values.map((field) => [field.key, field.default])) };
}
