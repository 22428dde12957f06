import { expect, test } from 'vitest';
import type { CloudToDeviceDelivery } from '../../../emulator/domain/messages/message.ts';
import { createRecordingLink } from '../../fakes/recording-link.ts';
import { createQuietHub, deviceIdOf, messageOf, outcomeOf, succeeded } from '../quiet-hub.ts';

const D1 = deviceIdOf('d1');
const LOCK_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 3_600_000;

test('messages that waited reach a device in order when it subscribes, not before', () => {
  const { hub, connect } = hubWithDevice();
  for (const text of ['one', 'two', 'three']) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
  const { session, link } = connect('d1');
  expect(link.messages).toEqual([]);
  session.subscribe('messages');
  expect(textsOf(link.messages)).toEqual(['one', 'two', 'three']);
});

test('a message is delivered at once to a device that listens, and complete takes it out of the queue', () => {
  const { hub, connect } = hubWithDevice();
  const { session, link } = connect('d1', { channels: ['messages'] });
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
  expect(link.messages).toMatchObject([
    {
      sequenceNumber: 1,
      deliveryCount: 0,
      isRedelivery: false,
      enqueuedTimeUtc: '2026-01-02T03:04:05Z',
      expiryUtc: '2026-01-02T04:04:05Z',
      message: { properties: { system: { to: '/devices/d1/messages/devicebound' } } },
    },
  ]);
  expect(pendingCount(hub)).toBe(1);
  expect(outcomeOf(session.completeMessage(lastToken(link.messages)))).toBe('ok');
  expect(pendingCount(hub)).toBe(0);
  expect(outcomeOf(session.completeMessage(lastToken(link.messages)))).toBe('DeviceMessageLockLost');
});

test('the address of a message is the sender’s own where there is one, and encodes the device id', () => {
  const { hub, register } = createQuietHub();
  register('d#1');
  const deviceId = deviceIdOf('d#1');
  const to = '/devices/d%231/messages/deviceBound';
  succeeded(hub.cloudToDevice.sendMessage(deviceId, messageOf('a')));
  succeeded(
    hub.cloudToDevice.sendMessage(
      deviceId,
      messageOf('b', { properties: { system: { to }, application: {} } }),
    ),
  );
  const addresses = [1, 2].map(
    () => succeeded(hub.cloudToDevice.receiveMessage(deviceId))?.message.properties.system.to,
  );
  expect(addresses).toEqual(['/devices/d%231/messages/devicebound', to]);
});

test('the pending messages show in the identity and in the twin', () => {
  const { hub } = hubWithDevice();
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('two')));
  succeeded(hub.cloudToDevice.receiveMessage(D1));
  expect(pendingCount(hub)).toBe(2);
  expect(succeeded(hub.twins.getTwin({ deviceId: D1 }))).toMatchObject({ cloudToDeviceMessageCount: 2 });
});

test('what a device did not acknowledge returns when its connection ends, marked as a redelivery', () => {
  const { hub, connect } = hubWithDevice();
  const first = connect('d1', { channels: ['messages'] });
  for (const text of ['one', 'two']) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
  succeeded(first.session.completeMessage(first.link.messages[0]?.lockToken ?? ''));
  first.session.close('lost');
  expect(outcomeOf(first.session.completeMessage(lastToken(first.link.messages)))).toBe(
    'DeviceMessageLockLost',
  );
  const second = connect('d1', { channels: ['messages'] });
  expect(second.link.messages).toMatchObject([{ sequenceNumber: 2, isRedelivery: true, deliveryCount: 0 }]);
});

test('a newcomer with the same identity gets at once what its predecessor held', () => {
  const { hub, connect } = hubWithDevice();
  connect('d1', { channels: ['messages'] });
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
  const { link } = connect('d1', { channels: ['messages'] });
  expect(link.messages).toMatchObject([{ isRedelivery: true }]);
});

test('the end of a connection leaves what the device received over HTTPS', () => {
  const { hub, connect } = hubWithDevice();
  const { session } = connect('d1');
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
  const received = succeeded(hub.cloudToDevice.receiveMessage(D1));
  session.close('graceful');
  expect(outcomeOf(hub.cloudToDevice.completeMessage(D1, received?.lockToken ?? ''))).toBe('ok');
});

test('a lock that runs out in a live connection brings the message again, and the old lock is lost', () => {
  const { hub, clock, connect } = hubWithDevice();
  const { session, link } = connect('d1', { channels: ['messages'] });
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
  clock.advance(LOCK_MILLISECONDS - 1);
  expect(link.messages).toHaveLength(1);
  clock.advance(1);
  expect(link.messages).toMatchObject([
    { isRedelivery: false, deliveryCount: 0 },
    { isRedelivery: true, deliveryCount: 0, sequenceNumber: 1 },
  ]);
  expect(outcomeOf(session.completeMessage(link.messages[0]?.lockToken ?? ''))).toBe('DeviceMessageLockLost');
  expect(outcomeOf(session.completeMessage(lastToken(link.messages)))).toBe('ok');
});

test('an unsubscribed device gets nothing more, although a lock runs out', () => {
  const { hub, clock, connect } = hubWithDevice();
  const { session, link } = connect('d1', { channels: ['messages'] });
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
  session.unsubscribe('messages');
  clock.advance(LOCK_MILLISECONDS);
  expect(link.messages).toHaveLength(1);
});

test('a subscription that cannot acknowledge completes each message by its delivery', () => {
  const { hub, connect } = hubWithDevice();
  const { link } = connect('d1', { channels: ['messages'], isSettledOnDelivery: true });
  for (const text of ['one', 'two'])
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text, { ack: 'full' })));
  expect(textsOf(link.messages)).toEqual(['one', 'two']);
  expect(pendingCount(hub)).toBe(0);
  expect(hub.feedback.receiveFeedback()?.records).toMatchObject([{ statusCode: 'Success' }]);
});

test('a device may settle within the delivery, and end its connection there', () => {
  const { hub, connect } = hubWithDevice();
  for (const text of ['one', 'two', 'three']) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
  const link = createRecordingLink(({ lockToken, sequenceNumber }) => {
    if (sequenceNumber === 1) succeeded(hub.cloudToDevice.completeMessage(D1, lockToken));
    else session.close('lost');
  });
  const { session } = connect('d1', { link });
  session.subscribe('messages');
  expect(textsOf(link.messages)).toEqual(['one', 'two']);
  expect(pendingCount(hub)).toBe(2);
});

test('a message abandoned ten times is dead-lettered', () => {
  const { hub } = hubWithDevice();
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one', { ack: 'negative' })));
  const counts: (number | undefined)[] = [];
  for (let count = 0; count < 10; count++) {
    const received = succeeded(hub.cloudToDevice.receiveMessage(D1));
    counts.push(received?.deliveryCount);
    succeeded(hub.cloudToDevice.abandonMessage(D1, received?.lockToken ?? ''));
  }
  expect(counts).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(succeeded(hub.cloudToDevice.receiveMessage(D1))).toBeUndefined();
  expect(hub.feedback.receiveFeedback()?.records).toMatchObject([{ statusCode: 'DeliveryCountExceeded' }]);
});

test('a message expires after an hour by default, waiting or held, and its sender hears of it', () => {
  const { hub, clock } = hubWithDevice();
  for (const text of ['held', 'waiting']) {
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text, { ack: 'full' })));
  }
  clock.advance(HOUR_MILLISECONDS - 1);
  const held = succeeded(hub.cloudToDevice.receiveMessage(D1));
  clock.advance(1);
  expect(pendingCount(hub)).toBe(0);
  expect(outcomeOf(hub.cloudToDevice.completeMessage(D1, held?.lockToken ?? ''))).toBe(
    'DeviceMessageLockLost',
  );
  const records = [hub.feedback.receiveFeedback(), hub.feedback.receiveFeedback()].flatMap(
    (batch) => batch?.records ?? [],
  );
  expect(records.map(({ originalMessageId, statusCode }) => [originalMessageId, statusCode])).toEqual([
    ['held', 'Expired'],
    ['waiting', 'Expired'],
  ]);
});

test('a rejected message is gone and reported', () => {
  const { hub } = hubWithDevice();
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one', { ack: 'negative' })));
  succeeded(
    hub.cloudToDevice.rejectMessage(D1, succeeded(hub.cloudToDevice.receiveMessage(D1))?.lockToken ?? ''),
  );
  expect(pendingCount(hub)).toBe(0);
  expect(hub.feedback.receiveFeedback()?.records).toMatchObject([{ description: 'Message rejected' }]);
});

test('purge empties the queue, held messages included, and tells how many', () => {
  const { hub } = hubWithDevice();
  for (const text of ['one', 'two', 'three']) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
  succeeded(hub.cloudToDevice.receiveMessage(D1));
  expect(succeeded(hub.cloudToDevice.purgeMessages(D1))).toBe(3);
  expect(succeeded(hub.cloudToDevice.purgeMessages(D1))).toBe(0);
});

test('no device, or one that is disabled, is not found; a full queue is refused', () => {
  const { hub, register } = hubWithDevice();
  register('off', { status: 'disabled' });
  const unknown = deviceIdOf('nobody');
  expect(outcomeOf(hub.cloudToDevice.sendMessage(unknown, messageOf('one')))).toBe('DeviceNotFound');
  expect(outcomeOf(hub.cloudToDevice.receiveMessage(unknown))).toBe('DeviceNotFound');
  expect(outcomeOf(hub.cloudToDevice.purgeMessages(unknown))).toBe('DeviceNotFound');
  expect(outcomeOf(hub.cloudToDevice.completeMessage(unknown, 'token'))).toBe('DeviceNotFound');
  expect(outcomeOf(hub.cloudToDevice.sendMessage(deviceIdOf('off'), messageOf('one')))).toBe(
    'DeviceNotFound',
  );
  for (let count = 0; count < 50; count++) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
  expect(outcomeOf(hub.cloudToDevice.sendMessage(D1, messageOf('51st')))).toBe(
    'DeviceMaximumQueueDepthExceeded',
  );
});

test('the queue and the pending feedback go with the device', () => {
  const { hub, clock, register } = hubWithDevice();
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('reported', { ack: 'full' })));
  succeeded(
    hub.cloudToDevice.completeMessage(D1, succeeded(hub.cloudToDevice.receiveMessage(D1))?.lockToken ?? ''),
  );
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('waiting', { ack: 'full' })));
  succeeded(hub.devices.deleteDevice(D1, { kind: 'any' }));
  register('d1');
  clock.advance(2 * HOUR_MILLISECONDS);
  expect(succeeded(hub.cloudToDevice.receiveMessage(D1))).toBeUndefined();
  expect(hub.feedback.receiveFeedback()).toBeUndefined();
});

test('a closed hub keeps no timer', () => {
  const { hub, connect, timerCount } = hubWithDevice();
  connect('d1', { channels: ['messages'] });
  succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
  hub.close();
  expect(timerCount()).toBe(0);
});

test('one timer watches a queue, however many messages wait', () => {
  const { hub, timerCount } = hubWithDevice();
  for (let count = 0; count < 50; count++) {
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    expect(timerCount()).toBe(1);
  }
  succeeded(hub.cloudToDevice.purgeMessages(D1));
  expect(timerCount()).toBe(0);
});

test('a message to a module’s input reaches the module that listens', () => {
  const { hub, register, connect } = hubWithDevice();
  const module = register('d1/m1');
  const message = {
    inputName: 'in1',
    body: new Uint8Array([1]),
    properties: { system: {}, application: {} },
    sender: { deviceId: D1 },
  };
  expect(outcomeOf(hub.cloudToDevice.sendInputMessage(module, message))).toBe('DeviceNotOnline');
  const { session, link } = connect('d1/m1');
  expect(outcomeOf(hub.cloudToDevice.sendInputMessage(module, message))).toBe('DeviceNotOnline');
  session.subscribe('inputs');
  expect(outcomeOf(hub.cloudToDevice.sendInputMessage(module, message))).toBe('ok');
  expect(link.inputMessages).toEqual([message]);
  const missing = { deviceId: D1, moduleId: 'm2' } as unknown as typeof module;
  expect(outcomeOf(hub.cloudToDevice.sendInputMessage(missing, message))).toBe('ModuleNotFound');
  const nowhere = { ...module, deviceId: deviceIdOf('nobody') };
  expect(outcomeOf(hub.cloudToDevice.sendInputMessage(nowhere, message))).toBe('DeviceNotFound');
});

function hubWithDevice() {
  const quiet = createQuietHub();
  quiet.register('d1');
  return quiet;
}

function pendingCount(hub: ReturnType<typeof createQuietHub>['hub']): number {
  return succeeded(hub.devices.getDevice(D1)).pendingMessageCount;
}

function textsOf(deliveries: readonly CloudToDeviceDelivery[]): readonly string[] {
  return deliveries.map(({ message }) => new TextDecoder().decode(message.body));
}

function lastToken(deliveries: readonly CloudToDeviceDelivery[]): string {
  return deliveries.at(-1)?.lockToken ?? '';
}
