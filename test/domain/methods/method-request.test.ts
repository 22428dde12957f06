import { describe, expect, test } from 'vitest';
import { type JsonValue, NumberText } from '../../../emulator/domain/json.ts';
import {
  MAXIMUM_METHOD_PAYLOAD_BYTES,
  parseMethodCall,
} from '../../../emulator/domain/methods/method-request.ts';

const CALL = { name: 'reboot', payload: 'null', responseTimeoutSeconds: 30, connectTimeoutSeconds: 0 };

describe('a direct method is read from its request', () => {
  test.each<[string, JsonValue, object]>([
    ['a name alone', { methodName: 'reboot' }, CALL],
    [
      'null for everything else',
      { methodName: 'reboot', payload: null, responseTimeoutInSeconds: null },
      CALL,
    ],
    [
      'an empty text as payload, which Python sends for None',
      { methodName: 'reboot', payload: '' },
      { ...CALL, payload: '""' },
    ],
    [
      'number text as it was written',
      { methodName: 'reboot', payload: [new NumberText('1.0')] },
      { ...CALL, payload: '[1.0]' },
    ],
    [
      'equal timeouts, which Java and C send',
      { methodName: 'reboot', responseTimeoutInSeconds: 60, connectTimeoutInSeconds: 60 },
      { ...CALL, responseTimeoutSeconds: 60, connectTimeoutSeconds: 60 },
    ],
    ['names with a capital', { MethodName: 'reboot', Payload: 1 }, { ...CALL, payload: '1' }],
    [
      'the shortest wait',
      { methodName: 'reboot', responseTimeoutInSeconds: 5 },
      { ...CALL, responseTimeoutSeconds: 5 },
    ],
    [
      'the longest wait',
      { methodName: 'reboot', responseTimeoutInSeconds: 300 },
      { ...CALL, responseTimeoutSeconds: 300 },
    ],
  ])('%s', (_title, body, call) => {
    expect(parseMethodCall(body)).toEqual({ ok: true, value: call });
  });

  test.each<[string, JsonValue, string, RegExp]>([
    ['no object', [], 'ArgumentInvalid', /JSON object/],
    ['no name', {}, 'ArgumentNull', /methodName/],
    ['a blank name', { methodName: '  ' }, 'ArgumentInvalid', /blank/],
    ['a number for a name', { methodName: 1 }, 'ArgumentInvalid', /text/],
    ['a long name', { methodName: 'x'.repeat(101) }, 'ArgumentInvalid', /longer than 100/],
    [
      'four seconds',
      { methodName: 'a', responseTimeoutInSeconds: 4 },
      'ArgumentInvalid',
      /between 5 and 300/,
    ],
    [
      '301 seconds',
      { methodName: 'a', responseTimeoutInSeconds: 301 },
      'ArgumentInvalid',
      /between 5 and 300/,
    ],
    [
      'half a second',
      { methodName: 'a', responseTimeoutInSeconds: 5.5 },
      'ArgumentInvalid',
      /between 5 and 300/,
    ],
    [
      'text for seconds',
      { methodName: 'a', connectTimeoutInSeconds: '5' },
      'ArgumentInvalid',
      /between 0 and 300/,
    ],
    [
      'a negative wait',
      { methodName: 'a', connectTimeoutInSeconds: -1 },
      'ArgumentInvalid',
      /between 0 and 300/,
    ],
    [
      'a connection awaited longer than the call',
      { methodName: 'a', connectTimeoutInSeconds: 31 },
      'ArgumentInvalid',
      /overall call timeout/,
    ],
    [
      'a payload at the limit',
      { methodName: 'a', payload: 'x'.repeat(MAXIMUM_METHOD_PAYLOAD_BYTES - 2) },
      'ArgumentInvalid',
      /131072 bytes/,
    ],
  ])('and refused: %s', (_title, body, name, message) => {
    expect(parseMethodCall(body)).toMatchObject({
      ok: false,
      error: { name, message: expect.stringMatching(message) },
    });
  });

  test('a payload just below the limit passes', () => {
    const payload = 'é'.repeat((MAXIMUM_METHOD_PAYLOAD_BYTES - 4) / 2);
    expect(parseMethodCall({ methodName: 'a', payload }).ok).toBe(true);
  });
});
