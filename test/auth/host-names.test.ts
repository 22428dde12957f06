import { describe, expect, it } from 'vitest';
import { isHostName } from '../../emulator/auth/host-names.ts';

const HOST_NAMES = ['hub1.iothub.test', '::ffff:10.0.0.1'];

describe('host name of the hub', () => {
  it.each([
    ['hub1.iothub.test', true],
    ['HUB1.iothub.TEST', true],
    ['hub1.iothub.test:8883', true],
    ['127.0.0.1:1', true],
    ['[::1]:443', true],
    ['[::1]', true],
    ['::1', true],
    ['localhost', true],
    ['LocalHost:8443', true],
    ['127.0.0.2', true],
    ['127.255.1.1:443', true],
    ['::ffff:127.0.0.1', true],
    ['[::ffff:127.0.0.1]:443', true],
    ['10.0.0.1', true],
    ['[::ffff:10.0.0.1]', true],
    ['10.0.0.2', false],
    ['127.0.0.1.example', false],
    ['127.0.0', false],
    ['localhost.example', false],
    ['[hub1.iothub.test', false],
    ['hub1.iothub.test:8883x', false],
    ['hub1.iothub.test.', false],
    ['iothub.test', false],
    ['', false],
    [':443', false],
  ])('matches the text %j: %s', (text, known) => {
    expect(isHostName(text, HOST_NAMES)).toBe(known);
  });
});
