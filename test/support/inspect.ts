import type { TensorPayload } from '../../core/contract/tensor.ts';
import type { EngineContext } from '../../core/engine/context.ts';
import { Answers } from '../../core/engine/inspector/answers.ts';
import { checkpointedRun, smallExperiment } from './checkpointed-run.ts';
import { installEightDigits } from './mnist.ts';
import { temporaryStore } from './store.ts';

/** The inspector's work in this very process: what is asked is all the same, only that no process has to start. */
export function inspectHere(place: Pick<EngineContext, 'store' | 'home'>): EngineContext['inspector'] {
  const answers = new Answers(place);
  return {
    ask: (question, params) => answers.find({ id: 0, question, params }) as never,
    forget: () => answers.forget(),
  };
}

/** The numbers of a tensor as the window gets it. */
export function numbersOf({ dtype, data }: TensorPayload): Float32Array | Int32Array | Uint8Array {
  const bytes = Uint8Array.from(Buffer.from(data, 'base64'));
  if (dtype === 'u8') return bytes;
  return dtype === 'f32' ? new Float32Array(bytes.buffer) : new Int32Array(bytes.buffer);
}

/** A run on the eight digits with checkpoints, and who answers questions about it. */
export async function inspectedRun(experiment: unknown = smallExperiment, epochs = [1, 2]) {
  const temporary = temporaryStore();
  installEightDigits(temporary.home);
  const made = await checkpointedRun(temporary.store, epochs, experiment);
  const inspector = inspectHere(temporary);
  return {
    ...temporary,
    ...made,
    ask: inspector.ask,
    [Symbol.dispose]() {
      inspector.forget();
      temporary[Symbol.dispose]();
    },
  };
}

/** An image of the test set. */
export const testImage = (index: number) => ({ split: 'test', index });
