import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MessageProperties } from '../../../emulator/domain/messages/message.ts';
import {
  formatPropertyHeaders,
  parsePropertyHeaders,
  parsePropertyMembers,
} from '../../../emulator/http/hub/message-properties.ts';

describe('the properties of a message', () => {
  it.each<[string, readonly string[], Partial<MessageProperties>]>([
    ['no headers', [], {}],
    ['the headers of any request', ['Host', 'h', 'User-Agent', 'u', 'iothub-operation', 'd2c'], {}],
    ['a system property in any letter case', ['IoTHub-MessageId', 'm'], { system: { messageId: 'm' } }],
    ['the creation time of .NET', ['iothub-creationtimeutc', 't'], { system: { creationTimeUtc: 't' } }],
    ['the creation time of Java', ['iothub-creation-time-utc', 't'], { system: { creationTimeUtc: 't' } }],
    ['a component', ['dt-subject', 'c'], { system: { componentName: 'c' } }],
    ['an application property as it is written', ['iothub-app-Ab', 'c'], { application: { Ab: 'c' } }],
    [
      'an application property with a name of the prototype',
      ['iothub-app-__proto__', 'c'],
      { application: { ['__proto__']: 'c' } },
    ],
    [
      'the content type of the message before that of the request',
      ['Content-Type', 'a/b', 'iothub-contenttype', 'c/d'],
      { system: { contentType: 'c/d' } },
    ],
    [
      'the plain content type, which the Azure CLI sends',
      ['content-type', 'a/b', 'content-encoding', 'utf-8'],
      { system: { contentType: 'a/b', contentEncoding: 'utf-8' } },
    ],
    ['the content type of bytes, which is ignored', ['Content-Type', 'binary/octet-stream'], {}],
  ])('are parsed from headers: %s', (_title, headers, { system = {}, application = {} }) => {
    const properties = parsePropertyHeaders(headers);
    expect(properties.system).toEqual(system);
    expect(Object.entries(properties.application)).toEqual(Object.entries(application));
  });

  it('are formatted as headers that parse to the same properties', () => {
    const name = fc.stringMatching(/^[A-Za-z0-9!#$&'*+.^_`|~-]{1,20}$/);
    const value = fc.stringMatching(/^[\x21-\x7e]([\x20-\x7e]{0,20}[\x21-\x7e])?$/);
    const properties = fc.record({
      system: fc.record(
        { messageId: value, correlationId: value, userId: value, to: value },
        { requiredKeys: [] },
      ),
      application: fc.dictionary(name, value),
    });
    fc.assert(
      fc.property(properties, (written) => {
        const read = parsePropertyHeaders(formatPropertyHeaders(written));
        expect(read.system).toEqual(written.system);
        expect(Object.entries(read.application).sort()).toEqual(Object.entries(written.application).sort());
      }),
    );
  });

  it('never make a header that Node refuses', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (name, value) => {
        const headers = formatPropertyHeaders({
          system: { messageId: value },
          application: { [name]: value },
        });
        expect(() => new Headers(pairsOf(headers))).not.toThrow();
      }),
    );
  });
});

describe('the properties of one message of a batch', () => {
  it.each<[string, Record<string, string>, MessageProperties]>([
    [
      'system or application properties by their names',
      { 'iothub-messageid': 'm', 'iothub-app-a': 'b' },
      { system: { messageId: 'm' }, application: { a: 'b' } },
    ],
    ['application properties without a prefix', { a: 'b' }, { system: {}, application: { a: 'b' } }],
    ['omitted if only the hub may set them', { 'iothub-enqueuedtime': 't' }, { system: {}, application: {} }],
  ])('are %s', (_title, members, properties) => {
    expect(parsePropertyMembers(members)).toEqual(properties);
  });
});

function pairsOf(headers: readonly string[]): [string, string][] {
  return headers.flatMap((name, index) => (index % 2 === 0 ? [[name, headers[index + 1] ?? '']] : []));
}
