/** The page on why networks convolve. */
export const why = {
  intro:
    'The same hidden maps, of 24 × 24 units each, over the same digits of 28 × 28 pixels, connected in three ways (figures 2 to 4 of the lecture). Fewer weights are not only cheaper: weights that a map shares have to make sense everywhere in the image.',
  dense: {
    title: 'Every unit sees every pixel',
    text: 'A weight for every pair of pixel and unit. Nothing tells the network that neighbouring pixels belong together.',
  },
  local: {
    title: 'Every unit sees a window',
    text: 'Windows of 5 × 5 pixels, as cells of the visual cortex see a part of the image; but what is learnt at one place is unknown at the next.',
  },
  shared: {
    title: 'Every window has the same weights',
    text: 'One kernel of 5 × 5 for a map: a filter that finds its feature wherever it is. More maps are more filters.',
  },
  hidden: 'Parameters of the hidden maps',
  total: 'Parameters in all',
  flops: 'Operations for an image',
  accuracy: 'Test accuracy on MNIST, here',
  untrained: 'not trained yet',
  trained: '{accuracy} (n = {n})',
  train: 'Train all three on MNIST',
};
