import type { Catalog } from '../../../core/contract/catalog.ts';
import type { DatasetSection, ModelSource } from '../../../core/contract/specs.ts';

/** What is done to images before a network sees them, and what network that is. */
export interface Recipe {
  readonly id: string;
  readonly title: string;
  /** Rest of the experiment's `dataset` section, the name left out. */
  readonly section: Omit<DatasetSection, 'name' | 'source'>;
  /** null: the image's own size. */
  readonly model: ModelSource | null;
  /** Draws of chance that it has; without any there is nothing to roll again. */
  readonly random: boolean;
}

/** As much of an experiment as matters here. */
export interface Experiment {
  readonly dataset?: DatasetSection;
  readonly model?: ModelSource;
}

/** What an experiment does to its images, as a recipe. */
export function recipeOf(id: string, title: string, { dataset, model }: Experiment): Recipe {
  const { name: _, source: __, ...section } = dataset ?? { name: '' };
  return { id, title, section, model: model ?? null, random: (section.augment ?? []).length > 0 };
}

/**
 * The recipes that fit samples of one size: those of the presets made for them, nothing at all, every step and every
 * random change alone.
 * @param dataset whose presets; null for none
 */
export function recipesFor(catalog: Catalog, dataset: string | null, noneTitle: string): Recipe[] {
  const alone = catalog.preprocessing.map(({ type, label }) => ({
    id: `step ${type}`,
    title: label,
    section: { preprocess: [{ type }] },
    model: null,
    random: false,
  }));
  const changed = catalog.augmentations.map(({ type, label }) => ({
    id: `augment ${type}`,
    title: label,
    section: { augment: [{ type }] },
    model: null,
    random: true,
  }));
  const presets = [...catalog.models, ...catalog.experiments].flatMap(({ name, title, experiment }) =>
    (experiment as Experiment).dataset?.name === dataset
      ? [recipeOf(`preset ${name}`, title, experiment as Experiment)]
      : [],
  );
  return [
    ...presets,
    { id: 'none', title: noneTitle, section: {}, model: null, random: false },
    ...alone,
    ...changed,
  ];
}
