import { randomBytes } from 'node:crypto';

/** Crockford's digits: none is taken for another when read aloud. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';

/** Ten characters, 50 random bits: short enough to type, and no two alike in anyone's lifetime. */
export function newId(): string {
  return Array.from(randomBytes(10), (byte) => digits[byte % 32]).join('');
}
