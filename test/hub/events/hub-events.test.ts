import { describe, expect, it } from 'vitest';
import { type JsonObject, parseJson } from '../../../emulator/domain/json.ts';
import {
  HUB_EVENT_SOURCES,
  type HubEventSource,
} from '../../../emulator/domain/messages/hub-event-sources.ts';
import { hubNameOf } from '../../../emulator/domain/messages/hub-name.ts';
import type { DeviceEvent } from '../../../emulator/domain/messages/message.ts';
import { NO_PRECONDITION } from '../../../emulator/domain/precondition.ts';
import { encodeJsonProperties, JSON_PROPERTIES } from '../../../emulator/hub/events/event-formats.ts';
import { createQuietHub, eventsOf, identityOf, succeeded } from '../quiet-hub.ts';

const CREATED = '2026-01-02T03:04:05Z';
const LATER = '2026-01-02T03:04:06Z';
const ANY = { kind: 'any' } as const;

describe('twin change events', () => {
  it('contain the touched members of each section, with nulls and metadata, after an update', async () => {
    const { hub, clock, register } = hubWith('twinChangeEvents');
    const module = register('d1/m1');
    const first = { desired: { rate: 1, old: { a: 1, b: 2 }, still: true } };
    succeeded(hub.twins.updateTwin(module, first, NO_PRECONDITION));
    clock.advance(1000);
    const second = { tags: { zone: 'b', gone: null }, desired: { rate: 5, old: { a: null }, rest: null } };
    succeeded(hub.twins.updateTwin(module, second, NO_PRECONDITION));
    const [, event] = await eventsOf(hub, 2);
    const stamp = { $lastUpdated: LATER, $lastUpdatedVersion: 3 };
    expect(bodyOf(event)).toEqual({
      version: 4,
      tags: { zone: 'b', gone: null },
      properties: {
        desired: {
          rate: 5,
          old: { a: null },
          rest: null,
          $metadata: { ...stamp, rate: stamp, old: stamp },
          $version: 3,
        },
      },
    });
    expect(event).toMatchObject({
      deviceId: 'd1',
      moduleId: 'm1',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      userId: 'myhub',
      correlationId: expect.stringMatching(/^[0-9a-f]{16}$/),
      enqueuedTimeUtc: LATER,
    });
    expect(event?.systemProperties).toEqual({
      'iothub-connection-device-id': 'd1',
      'iothub-connection-module-id': 'm1',
      'iothub-enqueuedtime': LATER,
      'iothub-message-source': 'twinChangeEvents',
    });
    expect(event?.properties).toEqual({
      hubName: 'myhub',
      deviceId: 'd1',
      moduleId: 'm1',
      operationTimestamp: LATER,
      'iothub-message-schema': 'twinChangeNotification',
      opType: 'updateTwin',
    });
  });

  it('contain metadata without versions after an update of reported properties', async () => {
    const { hub, register, connect } = hubWith('twinChangeEvents');
    register('d1');
    const { session } = connect('d1');
    succeeded(session.updateReportedProperties({ x: null, y: { z: 1 } }));
    const [event] = await eventsOf(hub, 1);
    const stamp = { $lastUpdated: CREATED };
    expect(bodyOf(event)).toEqual({
      version: 3,
      properties: {
        reported: {
          x: null,
          y: { z: 1 },
          $metadata: { ...stamp, y: { ...stamp, z: stamp } },
          $version: 2,
        },
      },
    });
  });

  it('contain the complete twin after a replacement', async () => {
    const { hub, register } = hubWith('twinChangeEvents');
    const device = register('d1');
    succeeded(hub.twins.replaceTwin(device, { desired: { rate: 1 } }, NO_PRECONDITION));
    const [event] = await eventsOf(hub, 1);
    const stamp = { $lastUpdated: CREATED, $lastUpdatedVersion: 2 };
    expect(event?.properties.opType).toBe('replaceTwin');
    expect(bodyOf(event)).toEqual({
      deviceId: 'd1',
      etag: 'AAAAAAAAAAI=',
      version: 3,
      tags: {},
      properties: {
        desired: { rate: 1, $metadata: { ...stamp, rate: stamp }, $version: 2 },
        reported: { $metadata: { $lastUpdated: CREATED }, $version: 1 },
      },
    });
  });

  it('are not written for a patch that touches nothing', async () => {
    const { hub, register } = hubWith('twinChangeEvents');
    const device = register('d1');
    succeeded(hub.twins.updateTwin(device, { desired: { absent: null } }, NO_PRECONDITION));
    succeeded(hub.twins.updateTwin(device, { tags: { zone: 'a' } }, NO_PRECONDITION));
    const [event] = await eventsOf(hub, 1);
    expect(bodyOf(event)).toEqual({ version: 3, tags: { zone: 'a' } });
  });
});

describe('device life cycle events', () => {
  it('are written for the creation and deletion of devices and modules, but not for updates', async () => {
    const { hub, register } = hubWith('deviceLifecycleEvents');
    register('d1/m1');
    const device = succeeded(hub.devices.getDevice(identityOf('d1').deviceId)).identity;
    const request = { ...device, statusReason: 'changed', parentScopes: undefined };
    succeeded(hub.devices.createOrUpdateDevice(request, ANY));
    succeeded(hub.devices.deleteDevice(device.deviceId, ANY));
    const events = await eventsOf(hub, 4);
    expect(events.map(({ properties, moduleId }) => [properties.opType, moduleId])).toEqual([
      ['createDeviceIdentity', undefined],
      ['createDeviceIdentity', 'm1'],
      ['deleteDeviceIdentity', 'm1'],
      ['deleteDeviceIdentity', undefined],
    ]);
    expect(events[0]?.properties['iothub-message-schema']).toBe('deviceLifecycleNotification');
    const section = (time: string) => ({ $metadata: { $lastUpdated: time }, $version: 1 });
    const bodyFor = (identity: JsonObject, time: string) => ({
      ...identity,
      etag: 'AAAAAAAAAAE=',
      version: 2,
      properties: { desired: section(time), reported: section(time) },
    });
    expect(bodyOf(events[0])).toEqual(bodyFor({ deviceId: 'd1' }, CREATED));
    const never = '0001-01-01T00:00:00Z';
    expect(bodyOf(events[2])).toEqual(bodyFor({ deviceId: 'd1', moduleId: 'm1' }, never));
  });
});

describe('device connection state events', () => {
  it('are written for each connect and disconnect, with increasing sequence numbers', async () => {
    const { hub, register, connect } = hubWith('deviceConnectionStateEvents');
    register('d1');
    for (let count = 0; count < 20; count++) connect('d1').session.close('graceful');
    const events = await eventsOf(hub, 40);
    const operations = events.map(({ properties }) => properties.opType);
    expect(operations.slice(0, 2)).toEqual(['deviceConnected', 'deviceDisconnected']);
    const numbers = events.map((event) => String(bodyOf(event).sequenceNumber));
    expect(numbers[0]).toMatch(/^0{16}[0-9A-F]{16}000000020{23}1$/);
    expect(numbers).toEqual([...new Set(numbers)].sort());
  });

  it('report the disconnect of a replaced connection before the connect of the new one', async () => {
    const { hub, register, connect } = hubWith('deviceConnectionStateEvents');
    register('d1');
    connect('d1');
    connect('d1');
    const operations = (await eventsOf(hub, 3)).map(({ properties }) => properties.opType);
    expect(operations).toEqual(['deviceConnected', 'deviceDisconnected', 'deviceConnected']);
  });
});

it('the hub writes events only for the enabled sources', async () => {
  const quiet = createQuietHub();
  const one = hubWith('deviceConnectionStateEvents');
  for (const { register, connect } of [quiet, one]) {
    register('d1');
    const { session } = connect('d1');
    succeeded(session.updateReportedProperties({ a: 1 }));
    const head = encodeJsonProperties({ system: {}, application: {} });
    session.sendEvent({ head, format: JSON_PROPERTIES, body: new Uint8Array(0) });
  }
  const sources = async ({ hub }: typeof quiet, count: number) =>
    (await eventsOf(hub, count)).map((event) => event.systemProperties['iothub-message-source']);
  expect(await sources(quiet, 1)).toEqual(['Telemetry']);
  expect(await sources(one, 2)).toEqual(['deviceConnectionStateEvents', 'Telemetry']);
});

it('an event of the hub keeps the text of numbers', async () => {
  const { hub, register } = hubWith(...HUB_EVENT_SOURCES);
  const device = register('d1');
  const desired = succeeded(parseJson('{"rate":1.50,"count":1e3}')) as JsonObject;
  succeeded(hub.twins.updateTwin(device, { desired }, NO_PRECONDITION));
  const [, event] = await eventsOf(hub, 2);
  expect(textOf(event)).toContain('{"rate":1.50,"count":1e3,');
});

it.each([
  ['myhub.azure-devices.net', 'myhub'],
  ['myhub', 'myhub'],
  ['127.0.0.1', '127.0.0.1'],
  ['::1', '::1'],
])('a hub with the host name %s has the name %s in its events', (hostName, name) => {
  expect(hubNameOf(hostName)).toBe(name);
});

function hubWith(...eventSources: readonly HubEventSource[]) {
  return createQuietHub({ eventSources });
}

function bodyOf(event: DeviceEvent | undefined): JsonObject {
  return JSON.parse(textOf(event)) as JsonObject;
}

function textOf(event: DeviceEvent | undefined): string {
  return new TextDecoder().decode(event?.body);
}
