import { expect, test } from 'vitest';
import { Sessions } from '../../../core/host/session.ts';

const cookieOf = (header: string | null): string => header?.split(';')[0] ?? '';

test('a token opens one session, once', () => {
  const sessions = new Sessions(7467);
  const token = sessions.issueToken();
  const cookie = cookieOf(sessions.redeem(token));
  expect(sessions.accepts(cookie)).toBe(true);
  expect(sessions.redeem(token)).toBeNull();
});

test('a new token ends an unused one and leaves sessions as they are', () => {
  const sessions = new Sessions(7467);
  const cookie = cookieOf(sessions.redeem(sessions.issueToken()));
  const unused = sessions.issueToken();
  const second = cookieOf(sessions.redeem(sessions.issueToken()));
  expect(sessions.redeem(unused)).toBeNull();
  expect([cookie, second].map((value) => sessions.accepts(value))).toEqual([true, true]);
});

test('wrong tokens and foreign cookies open nothing', () => {
  const sessions = new Sessions(7467);
  const token = sessions.issueToken();
  expect(sessions.redeem('')).toBeNull();
  expect(sessions.redeem(`${token}x`)).toBeNull();
  expect(sessions.accepts(undefined)).toBe(false);
  expect(sessions.accepts('convolab-7467=')).toBe(false);
  expect(sessions.accepts(`convolab-7467=${token}`)).toBe(false);
});

test('the cookie is out of reach of scripts and other sites, and of another port of this machine', () => {
  const sessions = new Sessions(7467);
  const header = sessions.redeem(sessions.issueToken());
  expect(header).toMatch(/^convolab-7467=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  const other = new Sessions(7468);
  expect(other.accepts(cookieOf(header))).toBe(false);
});

test('the session is found among other cookies', () => {
  const sessions = new Sessions(7467);
  const cookie = cookieOf(sessions.redeem(sessions.issueToken()));
  expect(sessions.accepts(`theme=dark; ${cookie}; convolab-7468=else`)).toBe(true);
});
