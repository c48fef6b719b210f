/** What runs say of the test set, alone or as a committee. */
export const judge = {
  single: 'Judged on the test set',
  committee: 'Committee',
  committeeHelp:
    'Averages what the best weights of these runs say of the test set, and shows what they still get wrong.',
  note: '{dataset}, {count} test images, the best weights of each run',
  look: 'Look at every image',
  views: {
    one: 'once, as it is',
    flips: 'twice, mirrored too',
    crops: '5 times: middle and corners',
    ten: '10 times: corners and mirrored, as AlexNet',
  },
  viewsNote:
    'What the networks say of {n} views of every image is averaged: not to be compared with figures of one view.',
  none: 'No runs chosen',
  noneText:
    'The experiments page forms a committee of the runs of an experiment; a run’s menu has it judged by itself.',
  asking: 'Asking the network about every test image… | Asking {n} networks about every test image…',
  right: 'of the test images right: {correct} of {count}',
  top5: '{top5} within the five most probable classes',
  better: '1 image more than the best of them by itself | {n} images more than the best of them by itself',
  equal: 'As many as the best of them by itself',
  worse: '1 image fewer than the best of them by itself | {n} images fewer than the best of them by itself',
  onTest: 'The best epochs were chosen by looking at this test set.',
  column: 'Network',
  epoch: 'Epoch',
  correct: 'Right',
  accuracy: 'Accuracy',
  together: 'Together, of {n}',
  wrong: 'Nothing is wrong | 1 image is still wrong | {n} images are still wrong',
  wrongHelp: 'True class, and what was said with which probability; those said most surely first.',
  image: 'Test image {index}: {label}, taken for {predicted}',
  as: 'as {predicted}, {sure}',
  index: 'no. {index}',
  more: 'Show {n} more',
};
