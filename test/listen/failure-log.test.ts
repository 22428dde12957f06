import { expect, it } from 'vitest';
import { createFailureLog } from '../../emulator/connection-failures.ts';

const FAILURE = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });

it('warns once for each address and reason, and forgets the oldest of a thousand', () => {
  const levels: string[] = [];
  const logFailure = createFailureLog((level) => levels.push(level));
  const levelOf = (address: string, reason?: 'tls-protocol' | 'tls-perhaps-untrusted') => {
    logFailure(FAILURE, address, reason);
    return levels.at(-1);
  };
  expect(levelOf('first', 'tls-perhaps-untrusted')).toBe('warn');
  expect(levelOf('first', 'tls-perhaps-untrusted')).toBe('debug');
  expect(levelOf('first', 'tls-protocol')).toBe('warn');
  expect(levelOf('first')).toBe('debug');
  for (let count = 0; count < 999; count++) levelOf(`other ${count}`, 'tls-perhaps-untrusted');
  expect(levelOf('first', 'tls-perhaps-untrusted')).toBe('warn');
  expect(levelOf('other 998', 'tls-perhaps-untrusted')).toBe('debug');
});
