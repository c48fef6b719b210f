/** Published figures beside ours. */
export const figures = {
  title: 'Published and measured',
  beside: 'Published {figure}',
  published: 'Published',
  measured: 'Measured with Convolab',
  own: 'This run, test accuracy',
  ownNone: 'not evaluated yet',
  counts: '{correct} of {count}',
  none: 'not measured yet',
  open: 'Open this recipe, to train it here',
  seeds: 'no seed | seed {seeds} | seeds {seeds}',
  elsewhere:
    'This run is trained and tested on {dataset}, the published figure is about other data: they are not the same task.',
  lecture: 'Published',
  lectureHelp: 'Accuracy of the class as it is printed in: {source}',
};
