import type { Catalog } from '../../../core/contract/catalog.ts';
import type { ModelSource } from '../../../core/contract/specs.ts';

/** What is done to images before a network sees them, and what network that is. */
export interface Recipe {
  readonly id: string;
  readonly title: string;
  /** Rest of the experiment's `dataset` section, the name left out. */
  readonly section: Readonly<Record<string, unknown>>;
  /** null: the image's own size. */
  readonly model: ModelSource | null;
  /** Draws of chance that it has; without any there is nothing to roll again. */
  readonly random: boolean;
}

interface Experiment {
  readonly dataset?: Record<string, unknown> & { name?: string; augment?: readonly unknown[] };
  readonly model?: ModelSource;
}

/** The recipes that fit a data set: nothing at all, every step alone, and those of the presets made for it. */
export function recipesFor(catalog: Catalog, dataset: string, noneTitle: string): Recipe[] {
  const alone = catalog.preprocessing.map(({ type, label }) => ({
    id: `step ${type}`,
    title: label,
    section: { preprocess: [{ type }] },
    model: null,
    random: false,
  }));
  const presets = [...catalog.models, ...catalog.experiments].flatMap(({ name, title, experiment }) => {
    const { dataset: section, model } = experiment as Experiment;
    if (section?.name !== dataset) return [];
    const { name: _, ...rest } = section;
    return [
      {
        id: `preset ${name}`,
        title,
        section: rest,
        model: model ?? null,
        random: (section.augment ?? []).length > 0,
      },
    ];
  });
  return [...presets, { id: 'none', title: noneTitle, section: {}, model: null, random: false }, ...alone];
}
