import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
const secret = (): string => randomBytes(32).toString('base64url');

/** Compares in a time that depends neither on the texts nor on where they differ. */
const equal = (text: string, expected: Buffer): boolean => timingSafeEqual(digest(text), expected);

/**
 * Who may use the browser host. The address printed in the terminal carries a token that works once; it is exchanged
 * for a session cookie, so a reload works and a copied address does not. Only digests are kept.
 */
export class Sessions {
  /** Cookies ignore ports: the name keeps two hosts on one machine apart. */
  readonly #cookie: string;
  #token: Buffer | null = null;
  readonly #sessions: Buffer[] = [];

  constructor(port: number) {
    this.#cookie = `convolab-${port}`;
  }

  /** A new one-time token; an earlier one that was never used ends. */
  issueToken(): string {
    const token = secret();
    this.#token = digest(token);
    return token;
  }

  /** Ends the token and gives the `Set-Cookie` header of a new session; null for a wrong or used token. */
  redeem(token: string): string | null {
    if (this.#token === null || !equal(token, this.#token)) return null;
    this.#token = null;
    const session = secret();
    this.#sessions.push(digest(session));
    return `${this.#cookie}=${session}; Path=/; HttpOnly; SameSite=Strict`;
  }

  /** Whether a request's `Cookie` header holds a session. */
  accepts(header: string | undefined): boolean {
    for (const pair of (header ?? '').split(';')) {
      const [name, value] = pair.trim().split('=', 2);
      if (name !== this.#cookie || value === undefined) continue;
      if (this.#sessions.some((session) => equal(value, session))) return true;
    }
    return false;
  }
}
