/** Longest nap, in milliseconds. */
const longest = 1;
/** Of the time waited so far, so that what takes short is not noticed late. */
const share = 0.1;

const never = new Int32Array(new SharedArrayBuffer(4));
let waiting = 0;
let began = 0;
let turn: NodeJS.Immediate | undefined;

/**
 * Waits for an answer of Dawn. Dawn looks for answers once in every turn of the event loop and never lets it rest, which
 * would keep a core busy that the device's driver, or another run, has a use for. So every turn takes a nap meanwhile.
 */
export async function unhurried<T>(answer: Promise<T>): Promise<T> {
  if (waiting++ === 0) {
    began = performance.now();
    turn = setImmediate(nap);
  }
  try {
    return await answer;
  } finally {
    if (--waiting === 0) clearImmediate(turn);
  }
}

function nap(): void {
  Atomics.wait(never, 0, 0, Math.min(longest, share * (performance.now() - began)));
  turn = setImmediate(nap);
}
