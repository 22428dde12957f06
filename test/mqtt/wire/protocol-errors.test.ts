import { describe, expect, it } from 'vitest';
import { startMqttHub, userNameOf } from '../mqtt-hub.ts';

/** The MUSTs of MQTT 3.1.1 that Microsoft's own codec checks (Azure/DotNetty, MqttDecoder). */
describe('a packet that breaks MQTT 3.1.1', () => {
  it.each([
    [
      'a PUBLISH with QoS 1 and packet id 0',
      [0x32, ...packet(text('devices/d/messages/events/'), [0, 0])],
      'id is 0',
    ],
    ['a SUBSCRIBE with packet id 0', [0x82, ...packet([0, 0], text('$iothub/twin/res/#'), [0])], 'id is 0'],
    ['an UNSUBSCRIBE with packet id 0', [0xa2, ...packet([0, 0], text('$iothub/twin/res/#'))], 'id is 0'],
    ['a SUBSCRIBE with flags 0', [0x80, ...packet([0, 1], text('$iothub/twin/res/#'), [0])], 'flags'],
    ['an UNSUBSCRIBE with flags 0', [0xa0, ...packet([0, 1], text('$iothub/twin/res/#'))], 'flags'],
    ['a PUBACK with flags', [0x42, 2, 0, 1], 'flags'],
    ['a PINGREQ with flags', [0xc1, 0], 'flags'],
    ['a DISCONNECT with flags', [0xe2, 0], 'flags'],
    [
      'a filter that is not UTF-8',
      [0x82, ...packet([0, 1], text('$iothub/twin/res/\xff/#'), [0])],
      undefined,
    ],
    ['a filter with a surrogate', [0x82, ...packet([0, 1], text('a/\xed\xa0\x80/#'), [0])], undefined],
    ['a filter with U+0000', [0xa2, ...packet([0, 1], text('$iothub/\0/#'))], undefined],
  ])('closes the connection if it is %s', async (_what, bytes, fault) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d', {
      will: { topic: 'devices/d/messages/events/', payload: 'gone' },
    });
    client.sendBytes(Buffer.from(bytes));
    await client.closed;
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    const { event, fields } = await mqtt.untilLogged('packet-malformed');
    expect(event).toBe('connection-dropped');
    if (fault !== undefined) expect(fields['message']).toContain(fault);
    // No message but the will, because the end is not graceful.
    expect((await mqtt.events(1)).map(({ body }) => Buffer.from(body).toString())).toEqual(['gone']);
  });
});

describe('a CONNECT that breaks MQTT 3.1.1', () => {
  const USER_NAME = userNameOf('d');
  const WILL = ['devices/d/messages/events/', 'gone'];
  it.each<[string, number, (password: string) => string[], string]>([
    ['bytes after its last field', 0xc2, (password) => ['d', USER_NAME, password, ''], '2 bytes follow'],
    ['a password and no user name', 0x42, (password) => ['d', password], 'no user name'],
    [
      'a user name that is not UTF-8',
      0xc2,
      (password) => ['d', `${USER_NAME}&x=\xff`, password],
      'user name is not',
    ],
    [
      'a user name with U+0000',
      0xc2,
      (password) => ['d', `${USER_NAME}&x=\0`, password],
      'user name contains',
    ],
    [
      'a user name with a surrogate',
      0xc2,
      (password) => ['d', `${USER_NAME}&x=\xed\xb0\x80`, password],
      'user name is not UTF-8',
    ],
    [
      'a client id that is not UTF-8',
      0xc2,
      (password) => ['\xff', USER_NAME, password],
      'client id is not UTF-8',
    ],
    [
      'a client id with U+0000',
      0xc2,
      (password) => ['d\0', USER_NAME, password],
      'client id contains U+0000',
    ],
    ['a will of QoS 3', 0xde, (password) => ['d', ...WILL, USER_NAME, password], 'QoS of the will is 3'],
    ['QoS of a will without a will', 0xca, (password) => ['d', USER_NAME, password], 'Will'],
    ['the reserved flag', 0xc3, (password) => ['d', USER_NAME, password], 'flag'],
    ['a user name that is missing', 0xc2, () => ['d'], 'username'],
  ])('closes the connection without a CONNACK if it has %s', async (_what, flags, fieldsOf, fault) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.open();
    client.sendBytes(connectBytes(0x10, flags, fieldsOf(mqtt.passwordOf('d'))));
    await client.closed;
    expect(client.received).toEqual([]);
    const { event, fields } = await mqtt.untilLogged('packet-malformed');
    expect(event).toBe('connection-dropped');
    expect(fields['message']).toContain(fault);
  });

  it('closes the connection without a CONNACK if its header has flags', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const fields = ['d', USER_NAME, mqtt.passwordOf('d')];
    const accepted = await mqtt.open();
    accepted.sendBytes(connectBytes(0x10, 0xc2, fields));
    expect(await accepted.next('connack')).toMatchObject({ returnCode: 0 });
    const refused = await mqtt.open();
    refused.sendBytes(connectBytes(0x11, 0xc2, fields));
    await refused.closed;
    expect(refused.received).toEqual([]);
    await mqtt.untilLogged('packet-malformed');
  });
});

/** Returns a CONNECT with these flags and fields. The characters of a field are its bytes. */
function connectBytes(header: number, flags: number, fields: readonly string[]): Buffer {
  return Buffer.from([header, ...packet([0, 4, 77, 81, 84, 84, 4, flags, 0, 60], ...fields.map(text))]);
}

/** Returns the remaining length and the parts of a packet. */
function packet(...parts: readonly (readonly number[])[]): readonly number[] {
  const bytes = parts.flat();
  return bytes.length < 128
    ? [bytes.length, ...bytes]
    : [(bytes.length & 127) | 128, bytes.length >> 7, ...bytes];
}

/** Returns a string of MQTT. The characters are its bytes. */
function text(characters: string): readonly number[] {
  return [characters.length >> 8, characters.length & 255, ...Buffer.from(characters, 'latin1')];
}
