import { describe, expect, it } from 'vitest';
import type { Hub } from '../../emulator/hub/hub.ts';
import { createHubOf } from '../../emulator/hub/hub-of.ts';
import { createQuietHub } from './quiet-hub.ts';

const hubs = {
  first: createQuietHub({ hostNames: ['a.test', '10.0.0.1'] }).hub,
  second: createQuietHub({ hostNames: ['b.test', 'a.test', '127.0.0.2'] }).hub,
};
const hubOf = createHubOf([hubs.first, hubs.second]);

function nameOf(hub: Hub | undefined): string {
  return Object.entries(hubs).find(([, each]) => each === hub)?.[0] ?? 'none';
}

describe('look-up of a hub by its host name', () => {
  it.each<[string | undefined, string]>([
    [undefined, 'first'],
    ['a.test', 'first'],
    ['A.Test:8883', 'first'],
    ['10.0.0.1:443', 'first'],
    ['b.test', 'second'],
    ['127.0.0.2', 'second'],
    ['127.0.0.1', 'first'],
    ['127.9.9.9:1', 'first'],
    ['[::1]:443', 'first'],
    ['localhost', 'first'],
    ['10.0.0.2', 'none'],
    ['c.test', 'none'],
    ['a.test.', 'none'],
    ['', 'none'],
    [':443', 'none'],
  ])('finds for %j the hub: %s', (hostName, expected) => {
    expect(nameOf(hubOf(hostName, {}))).toBe(expected);
  });

  it.each([
    ['10.0.0.2', '10.0.0.2'],
    ['10.0.0.2:8883', '::ffff:10.0.0.2'],
    ['[FE80::1]:443', 'fe80::1'],
  ])('finds the first hub by the address to which the client connected: %s', (hostName, localAddress) => {
    expect(nameOf(hubOf(hostName, { localAddress }))).toBe('first');
    expect(nameOf(hubOf(hostName, { localAddress: '10.0.0.3' }))).toBe('none');
  });
});
