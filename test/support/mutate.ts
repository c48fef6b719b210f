import { RandomSequence } from '../../core/train/random.ts';

/** Bytes at which parsers tend to go wrong. */
const telling = [0, 1, 0x7f, 0x80, 0xfe, 0xff];

/** A damaged copy of a file, a pure function of the two: one to eight changes of bytes, lengths and pieces. */
export function mutate(file: Uint8Array, number: number): Buffer {
  const random = new RandomSequence(number, 'probe');
  let bytes = Buffer.from(file);
  for (let changes = 1 + random.below(8); changes > 0; changes--) bytes = change(bytes, random);
  return bytes;
}

function change(bytes: Buffer, random: RandomSequence): Buffer<ArrayBuffer> {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  const at = random.below(copy.length);
  const length = Math.min(1 + random.below(32), copy.length - at);
  switch (random.below(7)) {
    case 0:
      copy[at] = (copy[at] as number) ^ (1 << random.below(8));
      return copy;
    case 1:
      copy[at] = telling[random.below(telling.length)] as number;
      return copy;
    case 2:
      // A field of 32 bits, as large as it gets.
      for (let i = at; i < Math.min(at + 4, copy.length); i++) copy[i] = i === at ? 0x7f : 0xff;
      return copy;
    case 3:
      return Buffer.concat([copy.subarray(0, at), copy.subarray(at + length)]);
    case 4:
      return Buffer.concat([copy.subarray(0, at + length), copy.subarray(at)]);
    case 5:
      for (let i = at; i < at + length; i++) copy[i] = random.below(256);
      return copy;
    default:
      return random.below(4) === 0 ? Buffer.from(copy.subarray(0, at)) : copy;
  }
}

/** How many mutants to try: what `npm run fuzz -- --mutants` says, else as usual. */
export function mutantCount(usual: number): number {
  return Number(process.env.CONVOLAB_MUTANTS ?? usual);
}
