import type { Measured } from '../contract/catalog.ts';

/**
 * What was measured with each preset, by its name: shown beside the published figure on a run's page, among the models,
 * and in `docs/presets`, whose pages are written from here (`npm run preset-pages`).
 */
const figures: Readonly<Record<string, readonly Measured[]>> = {
  'lenet-5': [
    { experiment: 'lenet-5-augmented', seeds: [1, 2, 3], test: [0.9943, 0.9949, 0.9945] },
    {
      experiment: 'sigmoid-vs-relu-mnist',
      seeds: [1, 2, 3],
      test: [],
      note: 'After three epochs: ReLU 98.99% ± 0.09, sigmoid 97.16% ± 0.31: 1.83 points (95% CI 1.15 to 2.52, Welch t, p = 0.0054).',
    },
  ],
  'mcdnn-column': [
    { experiment: 'mcdnn-column-distorted', seeds: [1], test: [0.9941] },
    {
      experiment: 'mcdnn',
      seeds: [1],
      test: [],
      note: 'A committee of seven columns, one for each width, of 30 epochs: 99.60% where each looks at every image five times, moved into the corners (`npx convolab runs committee "MCDNN, seven widths" --views crops`), its columns by themselves 99.44% to 99.58%; 99.56% where they look once, by themselves 99.32% to 99.46%. They take 21 minutes on two cores. The paper has five times the columns and over twenty times the epochs: `--set seeds=[1,2,3,4,5] --set train.epochs=200` comes closer, in about twelve hours.',
    },
  ],
  'mcdnn-cifar': [
    {
      experiment: 'mcdnn-cifar-narrow',
      seeds: [1],
      test: [0.7448],
      note: 'One column at three tenths of its width, twelve epochs; the paper averages eight whole ones.',
    },
  ],
  alexnet: [
    {
      experiment: 'alexnet-ablation',
      seeds: [1, 2, 3],
      test: [],
      note: 'On CIFAR-10 at an eighth of its width, after six epochs: all of its ideas 62.94% ± 1.95; without normalisation 54.01% ± 0.65 (8.93 points worse, p = 0.0095); without overlapping pooling 63.73% ± 1.55 (no difference that three seeds show, p = 0.61); without dropout 69.02% ± 1.15 (6.08 points better, p = 0.016); tanh instead of ReLU 71.73% ± 0.46 (8.79 points better, p = 0.012). Welch t; corrected for ten comparisons (Holm) each of the three is at p = 0.057. So short a training of so narrow a network does not overfit, which is what dropout is for.',
    },
  ],
  'four-layer-cifar': [
    {
      experiment: 'relu-vs-tanh-cifar',
      seeds: [1, 2, 3],
      test: [],
      note: 'To 25% training error, three seeds each: ReLU (rate 0.01) 6.7 ± 0.6 epochs and 43 ± 3 s, tanh (rate 0.03) 7.1 ± 0.1 epochs and 46 ± 1 s, on two cores. That is 1.06 times the epochs (95% CI 0.85 to 1.32) and 1.08 times the seconds (0.93 to 1.26), where the paper has 6. The paper, whose network is not printed, chose the rates independently too; here each has the best of 0.01, 0.03 and 0.06 after four epochs. Test accuracy where they end: ReLU 73.04% ± 0.67, tanh 71.88% ± 0.50 (Welch t, p = 0.078).',
    },
  ],
  'why-convolution': [
    {
      experiment: 'why-convolution-mnist',
      seeds: [1, 2, 3],
      test: [],
      note: 'After ten epochs: dense 98.22% ± 0.05 with 1,831,690 parameters, locally connected 98.19% ± 0.05 with 82,954, shared kernels 98.16% ± 0.10 with 23,154: no difference that three seeds show (each pair p ≥ 0.39, Welch t). With an eightieth of the weights the kernels do as well.',
    },
  ],
  'stl-12-24-16': [
    {
      experiment: 'stl-12-24-16-stand-in',
      seeds: [1, 2, 3],
      test: [0.7653, 0.7725, 0.7741],
      note: 'On the stand-in from CIFAR-10, not on STL-10.',
    },
    {
      experiment: 'sigmoid-vs-relu-stl',
      seeds: [1, 2, 3],
      test: [],
      note: 'On the stand-in from CIFAR-10, after 40 epochs: ReLU 70.86% ± 1.91, sigmoid 66.31% ± 5.14: 4.55 points, which three seeds do not settle (95% CI -6.64 to 15.74, Welch t, p = 0.26).',
    },
  ],
  'cifar-12-24': [
    { experiment: 'cifar-12-24-seeds', seeds: [1, 2, 3], test: [0.7059, 0.702, 0.7093] },
    { experiment: 'cifar-12-24-augmented', seeds: [1, 2, 3], test: [0.7302, 0.7278, 0.7342] },
  ],
};

/** By preset or, for the experiments that came with the app, by experiment. */
export function measuredWith(name: string): Measured[] {
  const own = figures[name] ?? [];
  const others = Object.values(figures)
    .flat()
    .filter((figure) => figure.experiment === name);
  return [...new Set([...own, ...others])];
}
