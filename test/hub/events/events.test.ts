import { describe, expect, it } from 'vitest';
import { createManualClock } from '../../../emulator/clocks/manual-clock.ts';
import type { DeviceEvent } from '../../../emulator/domain/messages/message.ts';
import { DEFAULT_HUB_OPTIONS } from '../../../emulator/emulator-options.ts';
import { encodeJsonProperties, JSON_PROPERTIES } from '../../../emulator/hub/events/event-formats.ts';
import { createHub } from '../../../emulator/hub/hub.ts';
import type { ClientSession } from '../../../emulator/hub/sessions/client-session.ts';
import { createSequentialIds } from '../../fakes/sequential-ids.ts';
import { createQuietHub } from '../quiet-hub.ts';

const NO_PROPERTIES = encodeJsonProperties({ system: {}, application: {} });

function send(session: ClientSession, text: string): void {
  session.sendEvent({ head: NO_PROPERTIES, format: JSON_PROPERTIES, body: Buffer.from(text) });
}

async function take(events: AsyncIterable<DeviceEvent>, count: number): Promise<readonly DeviceEvent[]> {
  const taken: DeviceEvent[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

function textOf(event: DeviceEvent): string {
  return Buffer.from(event.body).toString();
}

describe('the event log', () => {
  it('keeps the events of a device in one partition, in order, with numbers and times', async () => {
    const { hub, clock, register, connect } = createQuietHub();
    register('th-01');
    const { session } = connect('th-01');
    for (const text of ['one', 'two', 'three']) {
      send(session, text);
      clock.advance(1000);
    }
    const events = await take(hub.events.read({ from: 'earliest', deviceId: 'th-01' }), 3);
    expect(events.map(textOf)).toEqual(['one', 'two', 'three']);
    expect(events.map(({ sequenceNumber }) => sequenceNumber)).toEqual([0, 1, 2]);
    expect(new Set(events.map(({ partitionId }) => partitionId)).size).toBe(1);
    const times = events.map(({ enqueuedTimeUtc }) => Date.parse(enqueuedTimeUtc));
    expect(times.map((time) => time - (times[0] ?? 0))).toEqual([0, 1000, 2000]);
  });

  it('adds the sender of an event to its system properties', async () => {
    const { hub, register, connect } = createQuietHub();
    register('th-01/sampler');
    send(connect('th-01/sampler').session, 'x');
    const [event] = await take(hub.events.read({ from: 'earliest' }), 1);
    expect(event).toMatchObject({
      deviceId: 'th-01',
      moduleId: 'sampler',
      systemProperties: {
        'iothub-connection-device-id': 'th-01',
        'iothub-connection-module-id': 'sampler',
        'iothub-message-source': 'Telemetry',
      },
    });
  });

  it('reads the events that are appended after the call of read', async () => {
    const { hub, register, connect } = createQuietHub();
    register('th-01');
    const { session } = connect('th-01');
    send(session, 'before');
    const events = hub.events.read();
    send(session, 'after');
    expect((await take(events, 1)).map(textOf)).toEqual(['after']);
  });

  it('ends a reader when its signal aborts', async () => {
    const { hub } = createQuietHub();
    const stop = new AbortController();
    const reading = take(hub.events.read({ signal: stop.signal }), 1);
    stop.abort();
    expect(await reading).toEqual([]);
  });

  it('ends a reader when the hub closes', async () => {
    const { hub } = createQuietHub();
    const reading = take(hub.events.read(), 1);
    hub.close();
    expect(await reading).toEqual([]);
  });

  it('deletes the oldest events that exceed its memory limit, and logs this', async () => {
    const lines: string[] = [];
    const created = createHub(
      { ...DEFAULT_HUB_OPTIONS, hostNames: ['hub'], partitionCount: 1, eventRetentionBytes: 10_000 },
      { clock: createManualClock(0), ids: createSequentialIds(), log: (_level, event) => lines.push(event) },
    );
    if (!created.ok) throw new Error(created.error.message);
    const hub = created.value;
    const client = { identity: { deviceId: 'th-01' }, method: { scope: 'device', type: 'sas' } } as never;
    const { parseDeviceRequest } = await import('../../../emulator/domain/identities/identity-request.ts');
    const request = parseDeviceRequest('th-01' as never, {});
    if (request.ok) hub.devices.createOrUpdateDevice(request.value, { kind: 'none' });
    for (let number = 0; number < 100; number++) {
      const body = Buffer.from(String(number).padEnd(200));
      hub.events.sendEvent(client, { head: NO_PROPERTIES, format: JSON_PROPERTIES, body });
    }
    const [oldest] = await take(hub.events.read({ from: 'earliest' }), 1);
    expect(oldest?.sequenceNumber).toBeGreaterThan(50);
    expect(lines).toContain('events-forgotten');
  });

  it('deletes events that are older than the retention time', async () => {
    const { hub, clock, register, connect } = createQuietHub();
    register('th-01');
    const { session } = connect('th-01');
    send(session, 'yesterday');
    clock.advance(25 * 60 * 60 * 1000);
    send(session, 'today');
    expect((await take(hub.events.read({ from: 'earliest', deviceId: 'th-01' }), 1)).map(textOf)).toEqual([
      'today',
    ]);
  });
});
