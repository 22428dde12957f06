import { describe, expect, it } from 'vitest';
import { CONNECT_REFUSAL_REASONS } from '../../../../emulator/mqtt/hub/access/connect-refusals.ts';
import { DROP_REASONS } from '../../../../emulator/mqtt/wire/drop-reasons.ts';
import { HUB_NAME, startMqttHub, tokenOf, userNameOf } from '../../mqtt-hub.ts';
import type { RawConnectOptions } from '../../raw-client.ts';
import { waitUntil } from '../../wait-until.ts';

describe('CONNECT', () => {
  it.each(['d', 'd/m'])('is accepted and logged for the client %s', async (clientId) => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register(clientId);
    await mqtt.connect(clientId);
    expect(mqtt.logLines).toContainEqual({
      level: 'info',
      event: 'client-connected',
      fields: { ...identity, operation: 'connect' },
    });
  });

  it('is accepted without an api-version, with a warning', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    await mqtt.connect('d', { username: `${HUB_NAME}/d` });
    expect(mqtt.logLines.map(({ event }) => event)).toContain('api-version-missing');
  });

  it.each(['d', 'd/m'])(
    'is accepted with options but without an api-version for the client %s',
    async (id) => {
      await using mqtt = await startMqttHub();
      const identity = mqtt.register(id);
      await mqtt.connect(id, { username: `${HUB_NAME}/${id}/DeviceClientType=azure-iot-device%2F1.0.14` });
      expect(mqtt.logLines.filter(({ level }) => level === 'warn').map(({ event }) => event)).toEqual([
        'api-version-missing',
      ]);
      expect(mqtt.hub.sessions.find(identity)).toBeDefined();
    },
  );

  it('is logged with the ids of the client if it names another hub', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d/m');
    const client = await mqtt.open();
    client.connect('d/m', { username: 'other.test/d/m/?api-version=1', password: mqtt.passwordOf('d/m') });
    expect(await client.next('connack')).toMatchObject({ returnCode: 5 });
    const { fields } = await mqtt.untilLogged('host-name-mismatch');
    expect(fields).toMatchObject({ clientId: 'd/m', deviceId: 'd', moduleId: 'm', operation: 'connect' });
  });

  it('is accepted with a slash in an option, with a warning', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    await mqtt.connect('d', { username: `${HUB_NAME}/d/?DeviceClientType=a/1.0&api-version=2021-04-12` });
    expect(mqtt.logLines.filter(({ level }) => level === 'warn')).toEqual([
      { level: 'warn', event: 'user-name-not-encoded', fields: { clientId: 'd', operation: 'connect' } },
    ]);
  });

  it.each(['d/api-version=1', 'd/x=y'])(
    'is that of the module whose id looks like an option: %s',
    async (id) => {
      await using mqtt = await startMqttHub();
      const identity = mqtt.register(id);
      await mqtt.connect(id);
      expect(mqtt.logLines.map(({ fields }) => fields['moduleId'])).toContain(identity.moduleId);
    },
  );

  it('sets the model id of the user name on the twin and on telemetry', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const client = await mqtt.connect('d', {
      username: `${HUB_NAME}/d/?api-version=2020-09-30&model-id=dtmi:com:x;1`,
    });
    client.publish('devices/d/messages/events/', 'x');
    const [event] = await mqtt.events(1);
    expect(event?.systemProperties['dt-dataschema']).toBe('dtmi:com:x;1');
    expect(mqtt.hub.twins.getTwin(identity)).toMatchObject({ value: { modelId: 'dtmi:com:x;1' } });
  });

  const expired = (clock: { now(): number }) => tokenOf('d', clock.now() - 4 * 3_600_000);
  it.each<[string, string, (now: { now(): number }) => RawConnectOptions]>([
    ['a token for another device', 'audience-mismatch', ({ now }) => ({ password: tokenOf('other', now()) })],
    ['an expired token', 'token-expired', (clock) => ({ password: expired(clock) })],
    ['no token and no certificate', 'credentials-missing', () => ({ password: '' })],
    ['a malformed user name', 'user-name-malformed', () => ({ username: 'd' })],
    ['a user name of another client', 'client-id-mismatch', () => ({ username: userNameOf('D') })],
    ['a user name of a module', 'client-id-mismatch', () => ({ username: userNameOf('d/m') })],
    [
      'another hub’s name',
      'host-name-mismatch',
      () => ({ username: 'other.azure-devices.net/d/?api-version=1' }),
    ],
  ])('is answered with CONNACK 5 if it has %s, and logged as %s', async (_what, reason, optionsAt) => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.open();
    client.connect('d', {
      username: userNameOf('d'),
      password: mqtt.passwordOf('d'),
      ...optionsAt(mqtt.clock),
    });
    expect(await client.next('connack')).toMatchObject({ returnCode: 5, sessionPresent: false });
    await client.closed;
    expect(mqtt.logLines.filter(({ event }) => event === 'client-refused')).toMatchObject([
      { fields: { reason } },
    ]);
    expect(mqtt.hub.sessions.connectedDeviceCount).toBe(0);
  });

  it.each(['never registered', 'odd#+id', '__proto__'])(
    'is answered with CONNACK 5 if the device %j is unknown',
    async (id) => {
      await using mqtt = await startMqttHub();
      const client = await mqtt.open();
      client.connect(id, { username: userNameOf(id), password: mqtt.passwordOf(id) });
      expect(await client.next('connack')).toMatchObject({ returnCode: 5 });
      await client.closed;
    },
  );

  it('is answered with CONNACK 5 if it has no client id', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.open();
    client.connect('', { username: userNameOf('d'), password: mqtt.passwordOf('d') });
    expect(await client.next('connack')).toMatchObject({ returnCode: 5 });
  });

  it('makes the hub ignore a PUBLISH after it if it is refused', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.open();
    client.send(
      {
        cmd: 'connect',
        clientId: 'd',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        username: userNameOf('d'),
      },
      {
        cmd: 'publish',
        topic: 'devices/d/messages/events/',
        payload: 'x',
        qos: 1,
        messageId: 1,
        dup: false,
        retain: false,
      },
    );
    await client.closed;
    expect(client.received.map(({ cmd }) => cmd)).toEqual(['connack']);
    const device = mqtt.register('d');
    expect(mqtt.hub.devices.getDevice(device.deviceId)).toMatchObject({
      value: { activity: { connectionState: 'Disconnected' } },
    });
  });

  it.each([
    ['3 (MQIsdp)', [0x10, 0x0f, 0, 6, 77, 81, 73, 115, 100, 112, 3, 2, 0, 60, 0, 1, 100]],
    ['3 (MQTT)', [0x10, 0x0d, 0, 4, 77, 81, 84, 84, 3, 2, 0, 60, 0, 1, 100]],
    ['5', [0x10, 0x0e, 0, 4, 77, 81, 84, 84, 5, 2, 0, 60, 0, 0, 1, 100]],
    ['6', [0x10, 0x0d, 0, 4, 77, 81, 84, 84, 6, 2, 0, 60, 0, 1, 100]],
    ['4 with the bridge flag', [0x10, 0x0d, 0, 4, 77, 81, 84, 84, 0x84, 2, 0, 60, 0, 1, 100]],
  ])('is answered with CONNACK 1 if its protocol level is %s', async (_level, bytes) => {
    await using mqtt = await startMqttHub();
    const client = await mqtt.open();
    client.sendBytes(Buffer.from(bytes));
    expect(await client.next('connack')).toMatchObject({ returnCode: 1 });
    await client.closed;
    await mqtt.untilLogged('protocol-level-unsupported');
  });

  it('is malformed if the name of MQTT 3.1 has the level of MQTT 3.1.1', async () => {
    await using mqtt = await startMqttHub();
    const client = await mqtt.open();
    client.sendBytes(Buffer.from([0x10, 0x0f, 0, 6, 77, 81, 73, 115, 100, 112, 4, 2, 0, 60, 0, 1, 100]));
    await client.closed;
    await mqtt.untilLogged('packet-malformed');
    expect(client.received).toEqual([]);
  });

  it('times out after 30 seconds', async () => {
    await using mqtt = await startMqttHub();
    const client = await mqtt.open();
    client.sendBytes(Buffer.from([0x10]));
    await mqtt.connect('d', { username: userNameOf(mqtt.register('d').deviceId) });
    mqtt.clock.advance(29_999);
    expect(client.isClosed()).toBe(false);
    mqtt.clock.advance(1);
    await client.closed;
    await mqtt.untilLogged('connect-timeout');
  });

  it.each([
    ['something else than CONNECT', [0xc0, 0x00], 'packet-unexpected'],
    ['an HTTP request', [...Buffer.from('GET / HTTP/1.1\r\n\r\n')], 'packet-unexpected'],
    ['a CONNECT of another protocol', [0x10, 6, 0, 4, 72, 84, 84, 80], 'packet-malformed'],
    ['a CONNECT that is too short', [0x10, 1, 0], 'packet-malformed'],
    [
      'a CONNECT with the reserved flag',
      [0x10, 0x0d, 0, 4, 77, 81, 84, 84, 4, 3, 0, 60, 0, 1, 100],
      'packet-malformed',
    ],
    ['a huge CONNECT', [0x10, 0xff, 0xff, 0x7f], 'packet-too-large'],
  ])('closes the connection without an answer if %s arrives instead', async (_what, bytes, reason) => {
    await using mqtt = await startMqttHub();
    const client = await mqtt.open();
    client.sendBytes(Buffer.from(bytes));
    await client.closed;
    expect(client.received).toEqual([]);
    await mqtt.untilLogged(reason);
  });

  it('closes the connection if it is the second one', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.connect('d');
    await client.closed;
    await mqtt.untilLogged('packet-unexpected');
  });
});

describe('a second connection of one identity', () => {
  it('closes the first one and no other', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d/m');
    const device = await mqtt.connect('d');
    const first = await mqtt.connect('d/m');
    const second = await mqtt.connect('d/m');
    await first.closed;
    await second.settle();
    await device.settle();
    expect(mqtt.logLines).toContainEqual({
      level: 'info',
      event: 'client-disconnected',
      fields: {
        deviceId: 'd',
        moduleId: 'm',
        operation: 'disconnect',
        reason: 'superseded-by-new-connection',
      },
    });
  });

  it('leaves exactly one open if there are many at the same time', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const clients = await Promise.all(Array.from({ length: 20 }, () => mqtt.open()));
    for (const client of clients) {
      client.connect('d', { username: userNameOf('d'), password: mqtt.passwordOf('d'), clean: false });
    }
    await Promise.all(
      clients.map((client) =>
        Promise.race([client.closed, client.next('connack').then(() => client.settle())]).catch(
          () => undefined,
        ),
      ),
    );
    await waitUntil('1 connection(s)', () => mqtt.connectionCount === 1);
    expect(mqtt.hub.sessions.connectedDeviceCount).toBe(1);
    const [survivor, ...others] = clients.filter((client) => !client.isClosed());
    expect(others).toEqual([]);
    await survivor?.subscribe(['$iothub/methods/POST/#', 0]);
  });
});

describe('the hub', () => {
  it('ends a connection when the grace period of its token is over', async () => {
    await using mqtt = await startMqttHub({ tokenGraceSeconds: 5 });
    mqtt.register('d');
    const client = await mqtt.connect('d', { keepalive: 0 });
    for (let minutes = 0; minutes < 60; minutes += 20) {
      mqtt.clock.advance(20 * 60_000);
      await client.settle();
    }
    mqtt.clock.advance(5_000);
    await client.closed;
  });

  it('ends the connection and deletes the persistent session of a deleted device', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const client = await mqtt.connect('d', { clean: false });
    await client.subscribe(['$iothub/methods/POST/#', 0]);
    mqtt.hub.devices.deleteDevice(identity.deviceId, { kind: 'any' });
    await client.closed;
    mqtt.register('d');
    expect((await mqtt.connect('d', { clean: false })).sessionPresent).toBe(false);
  });

  it('ends every connection when the door is closed', async () => {
    const mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    const greeting = await mqtt.open();
    await mqtt[Symbol.asyncDispose]();
    await Promise.all([client.closed, greeting.closed]);
    await waitUntil('0 connection(s)', () => mqtt.connectionCount === 0);
  });
});

it('the reason of a refusal is a lower-case word with a sentence', () => {
  for (const [word, sentence] of Object.entries({ ...CONNECT_REFUSAL_REASONS, ...DROP_REASONS })) {
    expect(word).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
    expect(sentence).toMatch(/^[A-Z].*\.$/);
  }
});
