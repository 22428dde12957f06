import { beforeAll, describe, expect, it } from 'vitest';
import { isBrowserHello, isRecordIncomplete } from '../../emulator/listen/client-hello.ts';
import { captureHello, withFirstSuite } from './hellos.ts';

describe('ClientHello', () => {
  let hello: Buffer;
  beforeAll(async () => {
    hello = await captureHello();
  });

  it.each(['0a0a', '1a1a', '8a8a', 'fafa'])('is that of a browser if its first suite is %s', (suite) => {
    expect(isBrowserHello(withFirstSuite(hello, Buffer.from(suite, 'hex')))).toBe(true);
  });

  it.each(['0a1a', '1a0a', '1313', 'c02b', '0a00', '00ff'])(
    'is not that of a browser if its first suite is %s',
    (suite) => {
      expect(isBrowserHello(withFirstSuite(hello, Buffer.from(suite, 'hex')))).toBe(false);
    },
  );

  it('is not that of a browser if GREASE is not the first suite', () => {
    expect(isBrowserHello(withFirstSuite(withFirstSuite(hello), Buffer.from('c02b', 'hex')))).toBe(false);
  });

  it('is incomplete as long as bytes of the record are missing, and then is not that of a browser', () => {
    const browser = withFirstSuite(hello);
    for (let length = 0; length < browser.length; length++) {
      expect(isRecordIncomplete(browser.subarray(0, length))).toBe(true);
      expect(isBrowserHello(browser.subarray(0, length))).toBe(false);
    }
    expect(isRecordIncomplete(browser)).toBe(false);
    expect(isRecordIncomplete(Buffer.concat([browser, browser]))).toBe(false);
  });

  it.each<[string, (bytes: Buffer) => void]>([
    ['a longer message than the record', (bytes) => bytes.writeUIntBE(bytes.readUIntBE(6, 3) + 1, 6, 3)],
    ['another type of message', (bytes) => bytes.writeUInt8(2, 5)],
    ['another type of record', (bytes) => bytes.writeUInt8(0x17, 0)],
    ['a session id that ends after the record', (bytes) => bytes.writeUInt8(255, 43)],
  ])('is not that of a browser if it has %s', (_what, damage) => {
    const short = withFirstSuite(hello).subarray(0, 200);
    short.writeUInt16BE(195, 3);
    short.writeUIntBE(191, 6, 3);
    expect(isBrowserHello(short)).toBe(true);
    damage(short);
    expect(isBrowserHello(short)).toBe(false);
  });

  it.each([
    ['plain HTTP', 'GET /'],
    ['a record that is too long', '\x16\x03\x01\x40\x01'],
  ])('is not awaited after %s', (_what, bytes) => {
    expect(isRecordIncomplete(Buffer.from(bytes, 'latin1'))).toBe(false);
  });
});
