import { describe, expect, it } from 'vitest';
import { type JsonValue, NumberText } from '../../../emulator/domain/json.ts';
import {
  MAXIMUM_METHOD_PAYLOAD_BYTES,
  parseMethodCall,
} from '../../../emulator/domain/methods/method-request.ts';

const CALL = { name: 'reboot', payload: '', responseTimeoutSeconds: 30, connectTimeoutSeconds: 0 };

describe('a direct method request', () => {
  it.each<[string, JsonValue, object]>([
    ['a name only', { methodName: 'reboot' }, CALL],
    [
      'a name and null for the other members',
      { methodName: 'reboot', payload: null, responseTimeoutInSeconds: null },
      { ...CALL, payload: 'null' },
    ],
    [
      'an empty string as payload, as the Python client sends it for None',
      { methodName: 'reboot', payload: '' },
      { ...CALL, payload: '""' },
    ],
    [
      'an unchanged number text',
      { methodName: 'reboot', payload: [new NumberText('1.0')] },
      { ...CALL, payload: '[1.0]' },
    ],
    [
      'equal timeouts, as the Java and C clients send them',
      { methodName: 'reboot', responseTimeoutInSeconds: 60, connectTimeoutInSeconds: 60 },
      { ...CALL, responseTimeoutSeconds: 60, connectTimeoutSeconds: 60 },
    ],
    ['capitalised names', { MethodName: 'reboot', Payload: 1 }, { ...CALL, payload: '1' }],
    [
      'the shortest response timeout',
      { methodName: 'reboot', responseTimeoutInSeconds: 5 },
      { ...CALL, responseTimeoutSeconds: 5 },
    ],
    [
      'the longest response timeout',
      { methodName: 'reboot', responseTimeoutInSeconds: 300 },
      { ...CALL, responseTimeoutSeconds: 300 },
    ],
  ])('is parsed with %s', (_title, body, call) => {
    expect(parseMethodCall(body)).toEqual({ ok: true, value: call });
  });

  // Azure CLI always sends the timeout as a string.
  it.each<[JsonValue, number | undefined]>([
    ['30', 30],
    [' 30', 30],
    ['30 ', 30],
    ['+30', 30],
    ['', 30],
    [5, 5],
    ['5', 5],
    ['300', 300],
    ['30.0', undefined],
    [new NumberText('30.0'), undefined],
    [new NumberText('3e1'), undefined],
    ['3e1', undefined],
    ['0x1e', undefined],
    ['4', undefined],
    ['301', undefined],
    ['thirty', undefined],
    [' ', undefined],
    [true, undefined],
    ['true', undefined],
    [[30], undefined],
    [{}, undefined],
  ])('has the response timeout %j as a number of seconds, or is refused: %j', (sent, seconds) => {
    const call = parseMethodCall({ methodName: 'a', responseTimeoutInSeconds: sent });
    if (seconds === undefined) expect(call).toMatchObject({ error: { name: 'ArgumentInvalid' } });
    else expect(call).toMatchObject({ ok: true, value: { responseTimeoutSeconds: seconds } });
  });

  it.each<[JsonValue, number | undefined]>([
    ['30', 30],
    ['', 0],
    ['0', 0],
    [1, 1],
    [new NumberText('-0'), 0],
    ['-1', undefined],
    [new NumberText('0.0'), undefined],
    [false, undefined],
  ])('has the connect timeout %j as a number of seconds, or is refused: %j', (sent, seconds) => {
    const call = parseMethodCall({ methodName: 'a', connectTimeoutInSeconds: sent });
    if (seconds === undefined) expect(call).toMatchObject({ error: { name: 'ArgumentInvalid' } });
    else expect(call).toMatchObject({ ok: true, value: { connectTimeoutSeconds: seconds } });
  });

  it.each<[JsonValue, string]>([
    [5, '5'],
    [new NumberText('5.0'), '5.0'],
    [true, 'true'],
  ])('has the name %j as a string', (sent, name) => {
    expect(parseMethodCall({ methodName: sent })).toMatchObject({ ok: true, value: { name } });
  });

  it.each<[JsonValue, string]>([
    ['30', '"30"'],
    ['true', '"true"'],
    [{ n: '5', list: ['1', 1] }, '{"n":"5","list":["1",1]}'],
  ])('has the payload %j unconverted', (payload, text) => {
    expect(parseMethodCall({ methodName: 'a', payload })).toMatchObject({ value: { payload: text } });
  });

  it.each<[string, JsonValue, string, RegExp]>([
    ['it is not an object', [], 'ArgumentInvalid', /JSON object/],
    ['its name is missing', {}, 'ArgumentNull', /methodName/],
    ['its name is blank', { methodName: '  ' }, 'ArgumentInvalid', /blank/],
    ['its name is an object', { methodName: {} }, 'ArgumentInvalid', /text/],
    ['its name is an array', { methodName: ['a'] }, 'ArgumentInvalid', /text/],
    ['its name has 101 characters', { methodName: 'x'.repeat(101) }, 'ArgumentInvalid', /longer than 100/],
    [
      'its response timeout is 4 seconds',
      { methodName: 'a', responseTimeoutInSeconds: 4 },
      'ArgumentInvalid',
      /between 5 and 300/,
    ],
    [
      'its response timeout is 301 seconds',
      { methodName: 'a', responseTimeoutInSeconds: 301 },
      'ArgumentInvalid',
      /between 5 and 300/,
    ],
    [
      'its response timeout is not an integer',
      { methodName: 'a', responseTimeoutInSeconds: 5.5 },
      'ArgumentInvalid',
      /between 5 and 300/,
    ],
    [
      'its connect timeout is negative',
      { methodName: 'a', connectTimeoutInSeconds: -1 },
      'ArgumentInvalid',
      /between 0 and 300/,
    ],
    [
      'its connect timeout exceeds the response timeout',
      { methodName: 'a', connectTimeoutInSeconds: 31 },
      'ArgumentInvalid',
      /overall call timeout/,
    ],
    [
      'its payload has the size of the limit',
      { methodName: 'a', payload: 'x'.repeat(MAXIMUM_METHOD_PAYLOAD_BYTES - 2) },
      'ArgumentInvalid',
      /131072 bytes/,
    ],
  ])('is refused if %s', (_title, body, name, message) => {
    expect(parseMethodCall(body)).toMatchObject({
      ok: false,
      error: { name, message: expect.stringMatching(message) },
    });
  });

  it('is parsed with a payload just below the limit', () => {
    const payload = 'é'.repeat((MAXIMUM_METHOD_PAYLOAD_BYTES - 4) / 2);
    expect(parseMethodCall({ methodName: 'a', payload }).ok).toBe(true);
  });
});
