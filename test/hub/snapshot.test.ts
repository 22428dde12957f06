import { deserialize, serialize } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { parseJobRequest } from '../../emulator/domain/jobs/job-request.ts';
import { type JsonObject, type JsonValue, parseJson } from '../../emulator/domain/json.ts';
import type { DeviceEvent } from '../../emulator/domain/messages/message.ts';
import { NO_PRECONDITION } from '../../emulator/domain/precondition.ts';
import { encodeJsonProperties, JSON_PROPERTIES } from '../../emulator/hub/events/event-formats.ts';
import type { ClientSnapshot, HubSnapshot } from '../../emulator/store/snapshot.ts';
import {
  createQuietHub,
  deviceIdOf,
  eventsOf,
  identityOf,
  messageOf,
  outcomeOf,
  type QuietHub,
  succeeded,
  take,
} from './quiet-hub.ts';

const HOUR = 3_600_000;
const ALL_JOBS = { type: undefined, status: undefined };
const OPTIONS = { eventSources: ['deviceConnectionStateEvents'], concurrentJobLimit: 10 } as const;
const TOPIC = { filter: 'devices/d1/messages/devicebound/#', qualityOfService: 1 } as const;

describe('a snapshot', () => {
  it('is plain data without functions and instances', () => {
    const instances: unknown[] = [];
    walk(busyHub().quiet.hub.snapshot(), (value) => {
      const prototype = Object.getPrototypeOf(value);
      if (![Object.prototype, Array.prototype, Uint8Array.prototype].includes(prototype))
        instances.push(value);
    });
    expect(instances).toEqual([]);
  });

  it('does not change when the hub changes', async () => {
    const { quiet } = busyHub();
    const snapshot = quiet.hub.snapshot();
    const before = serialize(snapshot).toString('base64');
    quiet.register('later');
    quiet.hub.cloudToDevice.sendMessage(identityOf('d1'), messageOf('later'));
    succeeded(quiet.hub.twins.updateTwin(identityOf('d1'), { tags: { later: true } }, NO_PRECONDITION));
    quiet.connect('d1').session.sendEvent(eventOf('later'));
    quiet.clock.advance(2 * HOUR);
    expect(serialize(snapshot).toString('base64')).toBe(before);
  });

  it('restores a hub that returns the same answers', async () => {
    const { quiet, restored } = restoreBusyHub();
    const devices = ['d1', 'd2', 'gone'].map(deviceIdOf);
    for (const id of devices) {
      expect(withoutConnection(restored.hub.devices.getDevice(id))).toEqual(
        withoutConnection(quiet.hub.devices.getDevice(id)),
      );
    }
    for (const client of ['d1', 'd1/m1', 'd2'].map(identityOf)) {
      expect(withoutConnection(restored.hub.twins.getTwin(client))).toEqual(
        withoutConnection(quiet.hub.twins.getTwin(client)),
      );
    }
    expect(restored.hub.jobs.queryJobs(ALL_JOBS)).toEqual(quiet.hub.jobs.queryJobs(ALL_JOBS));
    expect(restored.hub.subscriptions.find(identityOf('d1'))).toEqual([TOPIC]);
    const count = 6;
    expect(textsOf(await eventsOf(restored.hub, count))).toEqual(textsOf(await eventsOf(quiet.hub, count)));
    const feedback = { from: 'earliest' } as const;
    expect(await take(restored.hub.feedback.read(feedback), 1)).toEqual(
      await take(quiet.hub.feedback.read(feedback), 1),
    );
  });

  it('keeps the text of numbers', () => {
    const { restored } = restoreBusyHub();
    expect(JSON.stringify(numbersOf(restored))).toBe('["1.0","1e3"]');
  });

  it('restores its complete content', () => {
    const { snapshot, restored } = restoreBusyHub();
    const again = restored.hub.snapshot();
    expect(disconnected(again)).toEqual(disconnected(snapshot));
  });

  it('continues ids, etags, sequence numbers and lock tokens', async () => {
    const { quiet, restored, lockToken } = restoreBusyHub();
    const [before, after] = [quiet, restored].map((hub) => {
      const client = hub.register('new');
      const { session, connection } = hub.connect('d1', { channels: ['methods'] });
      void hub.hub.methods.invokeMethod(identityOf('d1'), METHOD);
      session.sendEvent(eventOf('next'));
      succeeded(hub.hub.twins.updateTwin(identityOf('d1'), { tags: { next: true } }, NO_PRECONDITION));
      const { identity } = succeeded(hub.hub.devices.getDevice(client.deviceId));
      return {
        generationId: identity.generationId,
        etag: succeeded(hub.hub.twins.getTwin(identityOf('d1'))).etag,
        requestId: connection.methodRequests.at(-1)?.requestId,
      };
    });
    expect(after).toEqual(before);
    expect(outcomeOf(restored.hub.cloudToDevice.completeMessage(identityOf('d2'), lockToken))).toBe('ok');
    expect(outcomeOf(restored.hub.cloudToDevice.completeMessage(identityOf('d2'), lockToken))).toBe(
      'DeviceMessageLockLost',
    );
    const numbers = (await eventsOf(restored.hub, 8)).map((event) => [
      event.partitionId,
      event.sequenceNumber,
    ]);
    expect(new Set(numbers.map(String)).size).toBe(8);
  });

  it('enqueues messages again that were delivered over a connection', () => {
    const { restored } = restoreBusyHub();
    const { connection } = restored.connect('d1', { channels: ['messages'] });
    expect(connection.messages.map(({ isRedelivery }) => isRedelivery)).toEqual([true]);
  });

  it('restores the queues of modules', () => {
    const { restored } = restoreBusyHub();
    const { connection } = restored.connect('d1/m1', { channels: ['messages'] });
    expect(connection.messages.map(({ message, isRedelivery }) => [message.ack, isRedelivery])).toEqual([
      ['none', true],
      ['none', true],
    ]);
    restored.clock.advance(HOUR);
    expect(succeeded(restored.hub.cloudToDevice.purgeMessages(identityOf('d1/m1')))).toBe(0);
  });

  it('restores the timers of queues and jobs', () => {
    const { restored } = restoreBusyHub();
    const statusOf = (jobId: string) => restored.hub.jobs.getJob(jobId).status;
    expect([statusOf('done'), statusOf('waiting'), statusOf('running')]).toEqual([
      'completed',
      'scheduled',
      'running',
    ]);
    const { connection } = restored.connect('d1', { channels: ['methods'] });
    expect(connection.methodRequests).toHaveLength(1);
    restored.clock.advance(HOUR + 60_000);
    expect([statusOf('waiting'), statusOf('running')]).toEqual(['completed', 'completed']);
    expect(restored.hub.jobs.getJob('running')).toMatchObject({ deviceJobStatistics: { failedCount: 1 } });
    expect(succeeded(restored.hub.cloudToDevice.purgeMessages(identityOf('d2')))).toBe(0);
    restored.clock.advance(31 * 24 * HOUR);
    expect(statusOf('done')).toBe('unknown');
    expect(restored.timerCount()).toBe(0);
  });

  it.each([
    ['another version', { version: 99 }, 'The snapshot has version 99. This hub restores version 2.'],
    ['another number of partitions', { events: [] }, 'The snapshot has 0 partitions. This hub has 4.'],
    ['a job that is not JSON', { jobs: ['{'] }, 'The snapshot contains invalid JSON'],
  ])('is refused without a change of the hub if it has %s', (_case, change, message) => {
    const { quiet } = busyHub();
    const before = quiet.hub.snapshot();
    const { connection } = quiet.connect('d2');
    const connected = quiet.hub.snapshot();
    const timerCount = quiet.timerCount();
    expect(() => quiet.hub.restore({ ...before, ...change })).toThrow(message);
    expect(connection.closed).toEqual([]);
    expect(quiet.timerCount()).toBe(timerCount);
    expect(quiet.hub.snapshot()).toEqual(connected);
  });
});

describe('a reset hub', () => {
  it('ends sessions and calls with a reason', async () => {
    const quiet = createQuietHub();
    quiet.register('d1');
    const { connection } = quiet.connect('d1', { channels: ['methods'] });
    const call = quiet.hub.methods.invokeMethod(identityOf('d1'), METHOD);
    quiet.hub.reset();
    expect(connection.closed).toEqual(['hub-reset']);
    expect(await call).toMatchObject({
      error: { name: 'ServiceUnavailable', message: 'The hub was reset.' },
    });
  });

  it('has the state of a new hub', () => {
    const { quiet } = busyHub();
    quiet.hub.reset();
    expect(quiet.timerCount()).toBe(0);
    const { createdUtc: _created, ...state } = quiet.hub.snapshot();
    const { createdUtc: _other, ...fresh } = createQuietHub(OPTIONS).hub.snapshot();
    expect(state).toEqual(fresh);
    quiet.register('d1');
    quiet.connect('d1');
  });

  it('continues open readers with new events', async () => {
    const { quiet } = busyHub();
    const reader = quiet.hub.events.read({ deviceId: 'd9' })[Symbol.asyncIterator]();
    const next = reader.next();
    quiet.hub.reset();
    quiet.register('d9');
    const { session } = quiet.connect('d9');
    session.sendEvent(eventOf('after'));
    expect((await next).value?.systemProperties['iothub-message-source']).toBe('deviceConnectionStateEvents');
    expect(Buffer.from((await reader.next()).value?.body ?? '').toString()).toBe('after');
  });
});

const METHOD = { name: 'm', payload: 'null', responseTimeoutSeconds: 30, connectTimeoutSeconds: 0 };

/** Creates a hub with state of every kind. Returns the lock token of a message that was received over HTTPS. */
function busyHub(): { readonly quiet: QuietHub; readonly lockToken: string } {
  const quiet = createQuietHub(OPTIONS);
  const { hub, clock } = quiet;
  for (const id of ['d1', 'd1/m1', 'd2', 'gone']) quiet.register(id);
  succeeded(hub.devices.deleteDevice(deviceIdOf('gone'), { kind: 'any' }));
  const numbers = succeeded(parseJson('{"a":1.0,"b":1e3}')) as JsonObject;
  succeeded(hub.twins.updateTwin(identityOf('d1'), { tags: numbers, desired: numbers }, NO_PRECONDITION));
  hub.subscriptions.replace(identityOf('d1'), [TOPIC]);
  const { session } = quiet.connect('d1', { channels: ['messages', 'methods'] });
  succeeded(session.updateReportedProperties({ seen: true }));
  void hub.methods.invokeMethod(identityOf('d1'), METHOD);
  for (const text of ['one', 'two', 'three']) session.sendEvent(eventOf(text));
  succeeded(hub.cloudToDevice.sendMessage(identityOf('d1'), messageOf('delivered')));
  for (const text of ['to the module', 'later']) {
    succeeded(hub.cloudToDevice.sendMessage(identityOf('d1/m1'), messageOf(text)));
  }
  quiet.connect('d1/m1', { channels: ['messages'] }).session.unsubscribe('messages');
  for (const text of ['first', 'second', 'third']) {
    succeeded(hub.cloudToDevice.sendMessage(identityOf('d2'), messageOf(text, { ack: 'full' })));
  }
  const first = succeeded(hub.cloudToDevice.receiveMessage(identityOf('d2')));
  succeeded(hub.cloudToDevice.completeMessage(identityOf('d2'), first?.lockToken ?? ''));
  const second = succeeded(hub.cloudToDevice.receiveMessage(identityOf('d2')));
  hub.jobs.createJob(
    jobOf('done', { type: 'scheduleUpdateTwin', updateTwin: { tags: { job: 1.5 }, etag: '*' } }),
  );
  clock.advance(1000);
  quiet.connect('d2').session.close('graceful');
  const startTime = new Date(clock.now() + HOUR).toISOString();
  hub.jobs.createJob(
    jobOf('waiting', {
      type: 'scheduleUpdateTwin',
      startTime,
      updateTwin: { tags: { later: 1 }, etag: '*' },
    }),
  );
  session.unsubscribe('methods');
  hub.jobs.createJob(
    jobOf('running', {
      type: 'scheduleDeviceMethod',
      cloudToDeviceMethod: { methodName: 'reboot', payload: null, responseTimeoutInSeconds: 30 },
      maxExecutionTimeInSeconds: 600,
    }),
  );
  clock.advance(0);
  return { quiet, lockToken: second?.lockToken ?? '' };
}

/** Creates the busy hub, and restores its serialized snapshot in a new hub. */
function restoreBusyHub() {
  const { quiet, lockToken } = busyHub();
  const snapshot = quiet.hub.snapshot();
  const restored = createQuietHub(OPTIONS);
  restored.clock.advance(quiet.clock.now() - restored.clock.now());
  restored.hub.restore(deserialize(serialize(snapshot)) as HubSnapshot);
  return { quiet, snapshot, restored, lockToken };
}

function jobOf(jobId: string, members: JsonObject) {
  return succeeded(parseJobRequest(jobId, { queryCondition: "deviceId = 'd1'", ...members }));
}

function eventOf(text: string) {
  const head = encodeJsonProperties({ system: {}, application: { text } });
  return { head, format: JSON_PROPERTIES, body: Buffer.from(text) };
}

/** Returns events with their bodies as text, because a restored body is not a Buffer. */
function textsOf(events: readonly DeviceEvent[]) {
  return events.map((event) => ({ ...event, body: new TextDecoder().decode(event.body) }));
}

function numbersOf({ hub }: QuietHub): readonly string[] {
  const { tags } = succeeded(hub.twins.getTwin(identityOf('d1'))) as { readonly tags: JsonObject };
  return [tags.a, tags.b].map((value) => (value as { readonly text: string }).text);
}

function withoutConnection(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (name, member) => (name.startsWith('connectionState') ? undefined : member)),
  ) as JsonValue;
}

/** Returns the snapshot without connected clients. */
function disconnected(snapshot: HubSnapshot): HubSnapshot {
  const devices = snapshot.devices.map((device) => ({
    ...withoutSession(device),
    modules: device.modules.map(withoutSession),
  }));
  return deserialize(serialize({ ...snapshot, devices })) as HubSnapshot;
}

function withoutSession<Client extends ClientSnapshot>(client: Client): Client {
  const messages = client.queue.messages.map((message) => {
    if (message.state !== 'invisible' || !message.lock.endsWithConnection) return message;
    const { lock: _lock, ...rest } = message;
    return { ...rest, state: 'enqueued' as const };
  });
  return {
    ...client,
    activity: { ...client.activity, connectionState: 'Disconnected' as const },
    queue: { ...client.queue, messages },
  };
}

function walk(value: unknown, visit: (value: object) => void): void {
  if (typeof value === 'function') throw new Error('The snapshot contains a function.');
  if (typeof value !== 'object' || value === null) return;
  visit(value);
  if (!(value instanceof Uint8Array)) for (const member of Object.values(value)) walk(member, visit);
}
