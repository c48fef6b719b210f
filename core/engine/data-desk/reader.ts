import { parentPort } from 'node:worker_threads';
import { ConvolabError } from '../../contract/errors.ts';
import type { Result } from '../../contract/methods.ts';
import { forgetDatasets } from '../../data/shared.ts';
import { download, importFiles, verify } from './acquire.ts';

import { forgetGalleries, withGallery } from './open-galleries.ts';
import { preview } from './preview.ts';
import type { Asked, DeskProgress, FromReader, Question, ToReader } from './protocol.ts';
import { samples } from './samples.ts';
import { show } from './show.ts';
import { survey } from './survey.ts';

/** Entry of a thread that works on data sets for the engine: answers one message each, several at a time, long ones in slices. */
const port = parentPort;
const underWay = new Map<number, AbortController>();

function tell(message: FromReader): void {
  port?.postMessage(message);
}

async function answer(asked: Asked): Promise<void> {
  const { id } = asked;
  const controller = new AbortController();
  underWay.set(id, controller);
  try {
    const onProgress = (progress: DeskProgress) => tell({ id, progress });
    tell({ id, answer: await find(asked, controller.signal, onProgress) });
  } catch (thrown) {
    tell({ id, error: JSON.parse(JSON.stringify(ConvolabError.from(thrown))) });
  } finally {
    underWay.delete(id);
  }
}

const is = <Q extends Question>(asked: Asked, question: Q): asked is Asked<Q> => asked.question === question;

async function find(
  asked: Asked,
  signal: AbortSignal,
  onProgress: (progress: DeskProgress) => void,
): Promise<Result<Question>> {
  const { home } = asked;
  if (is(asked, 'datasets.samples'))
    return withGallery(asked.params, home, (gallery) => samples(gallery, asked.params));
  if (is(asked, 'datasets.survey'))
    return withGallery(asked.params, home, (gallery) => survey(gallery, home, { signal, onProgress }));
  if (is(asked, 'datasets.preview')) return preview(asked.params, home);
  if (is(asked, 'datasets.show')) return withGallery(asked.params, home, show);
  if (is(asked, 'datasets.download')) return download(asked.params, home, { signal, onProgress });
  if (is(asked, 'datasets.import')) return importFiles(asked.params, home, { signal, onProgress });
  if (is(asked, 'datasets.verify')) return verify(asked.params, home, { signal, onProgress });
  throw new ConvolabError('method.unknown', `No thread knows "${asked.question}".`);
}

/** With nothing left to wait for, the thread ends. */
function end(): void {
  port?.close();
  for (const controller of underWay.values()) controller.abort('pause');
  forget();
}

function forget(): void {
  forgetGalleries();
  forgetDatasets();
}

port?.on('message', (message: ToReader) => {
  if ('end' in message) end();
  else if ('forget' in message) forget();
  else if ('cancel' in message) underWay.get(message.cancel)?.abort(message.reason);
  else void answer(message);
});
