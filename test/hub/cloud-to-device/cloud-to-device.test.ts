import { describe, expect, it } from 'vitest';
import type { CloudToDeviceDelivery } from '../../../emulator/domain/messages/message.ts';
import { createRecordingConnection, type RecordingConnection } from '../../fakes/recording-connection.ts';
import { createQuietHub, identityOf, messageOf, outcomeOf, succeeded } from '../quiet-hub.ts';

const D1 = identityOf('d1');
const LOCK_MILLISECONDS = 60_000;
const HOUR_MILLISECONDS = 3_600_000;

describe('cloud-to-device messages', () => {
  it('are delivered in order when the device subscribes', () => {
    const { hub, connect } = hubWithDevice();
    for (const text of ['one', 'two', 'three']) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
    const { session, connection } = connect('d1');
    expect(connection.messages).toEqual([]);
    session.subscribe('messages');
    expect(textsOf(connection.messages)).toEqual(['one', 'two', 'three']);
  });

  it('are delivered immediately to a subscribed device, and leave the queue when it completes them', () => {
    const { hub, connect } = hubWithDevice();
    const { session, connection } = connect('d1', { channels: ['messages'] });
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    expect(connection.messages).toMatchObject([
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
    expect(outcomeOf(session.completeMessage(lastToken(connection.messages)))).toBe('ok');
    expect(pendingCount(hub)).toBe(0);
    expect(outcomeOf(session.completeMessage(lastToken(connection.messages)))).toBe('DeviceMessageLockLost');
  });

  it('have the address of their sender, or by default one with the encoded device id', () => {
    const { hub, register } = createQuietHub();
    register('d#1');
    const device = identityOf('d#1');
    const to = '/devices/d%231/messages/deviceBound';
    succeeded(hub.cloudToDevice.sendMessage(device, messageOf('a')));
    succeeded(
      hub.cloudToDevice.sendMessage(
        device,
        messageOf('b', { properties: { system: { to }, application: {} } }),
      ),
    );
    const addresses = [1, 2].map(
      () => succeeded(hub.cloudToDevice.receiveMessage(device))?.message.properties.system.to,
    );
    expect(addresses).toEqual(['/devices/d%231/messages/devicebound', to]);
  });

  it('are counted in the device identity and in the twin while they are pending', () => {
    const { hub } = hubWithDevice();
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('two')));
    succeeded(hub.cloudToDevice.receiveMessage(D1));
    expect(pendingCount(hub)).toBe(2);
    expect(succeeded(hub.twins.getTwin(D1))).toMatchObject({ cloudToDeviceMessageCount: 2 });
  });

  it('are redelivered after the end of a connection if the device did not acknowledge them', () => {
    const { hub, connect } = hubWithDevice();
    const first = connect('d1', { channels: ['messages'] });
    for (const text of ['one', 'two']) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
    succeeded(first.session.completeMessage(first.connection.messages[0]?.lockToken ?? ''));
    first.session.close('lost');
    expect(outcomeOf(first.session.completeMessage(lastToken(first.connection.messages)))).toBe(
      'DeviceMessageLockLost',
    );
    const second = connect('d1', { channels: ['messages'] });
    expect(second.connection.messages).toMatchObject([
      { sequenceNumber: 2, isRedelivery: true, deliveryCount: 0 },
    ]);
  });

  it('are redelivered to a new connection that replaces the connection of the device', () => {
    const { hub, connect } = hubWithDevice();
    connect('d1', { channels: ['messages'] });
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    const { connection } = connect('d1', { channels: ['messages'] });
    expect(connection.messages).toMatchObject([{ isRedelivery: true }]);
  });

  it('remain locked at the end of the connection if the device received them over HTTPS', () => {
    const { hub, connect } = hubWithDevice();
    const { session } = connect('d1');
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    const received = succeeded(hub.cloudToDevice.receiveMessage(D1));
    session.close('graceful');
    expect(outcomeOf(hub.cloudToDevice.completeMessage(D1, received?.lockToken ?? ''))).toBe('ok');
  });

  it('are redelivered over an open connection with a new lock when their lock expires', () => {
    const { hub, clock, connect } = hubWithDevice();
    const { session, connection } = connect('d1', { channels: ['messages'] });
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    clock.advance(LOCK_MILLISECONDS - 1);
    expect(connection.messages).toHaveLength(1);
    clock.advance(1);
    expect(connection.messages).toMatchObject([
      { isRedelivery: false, deliveryCount: 0 },
      { isRedelivery: true, deliveryCount: 0, sequenceNumber: 1 },
    ]);
    expect(outcomeOf(session.completeMessage(connection.messages[0]?.lockToken ?? ''))).toBe(
      'DeviceMessageLockLost',
    );
    expect(outcomeOf(session.completeMessage(lastToken(connection.messages)))).toBe('ok');
  });

  it('are not redelivered to an unsubscribed device when their lock expires', () => {
    const { hub, clock, connect } = hubWithDevice();
    const { session, connection } = connect('d1', { channels: ['messages'] });
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    session.unsubscribe('messages');
    clock.advance(LOCK_MILLISECONDS);
    expect(connection.messages).toHaveLength(1);
  });

  it('wait if the client accepts others, and stay in order', () => {
    const { hub, connect } = hubWithDevice();
    const accepted = new Set(['two', 'four']);
    const connection: RecordingConnection = {
      ...createRecordingConnection(),
      receptionOf: ({ properties }) =>
        accepted.has(properties.system.messageId ?? '') ? 'acknowledged' : 'none',
    };
    const { session } = connect('d1', { channels: ['messages'], connection });
    for (const text of ['one', 'two', 'three', 'four'])
      succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
    expect(textsOf(connection.messages)).toEqual(['two', 'four']);
    accepted.add('one').add('three');
    session.subscribe('messages');
    expect(textsOf(connection.messages)).toEqual(['two', 'four', 'one', 'three']);
  });

  it('are completed by their delivery if the subscription cannot acknowledge them', () => {
    const { hub, connect } = hubWithDevice();
    const connection = { ...createRecordingConnection(), receptionOf: () => 'settled' as const };
    connect('d1', { channels: ['messages'], connection });
    for (const text of ['one', 'two'])
      succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text, { ack: 'full' })));
    expect(textsOf(connection.messages)).toEqual(['one', 'two']);
    expect(pendingCount(hub)).toBe(0);
    expect(hub.feedback.receiveFeedback()?.records).toMatchObject([{ statusCode: 'Success' }]);
  });

  it('can be completed, and their connection closed, within their delivery', () => {
    const { hub, connect } = hubWithDevice();
    for (const text of ['one', 'two', 'three']) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
    const connection = createRecordingConnection(({ lockToken, sequenceNumber }) => {
      if (sequenceNumber === 1) succeeded(hub.cloudToDevice.completeMessage(D1, lockToken));
      else session.close('lost');
    });
    const { session } = connect('d1', { connection });
    session.subscribe('messages');
    expect(textsOf(connection.messages)).toEqual(['one', 'two']);
    expect(pendingCount(hub)).toBe(2);
  });

  it('are dead-lettered when they are abandoned ten times', () => {
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

  it('expire after an hour by default, waiting or locked, with feedback for the sender', () => {
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

  it('leave the queue with feedback when the device rejects them', () => {
    const { hub } = hubWithDevice();
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one', { ack: 'negative' })));
    succeeded(
      hub.cloudToDevice.rejectMessage(D1, succeeded(hub.cloudToDevice.receiveMessage(D1))?.lockToken ?? ''),
    );
    expect(pendingCount(hub)).toBe(0);
    expect(hub.feedback.receiveFeedback()?.records).toMatchObject([{ description: 'Message rejected' }]);
  });

  it('are purged, also if they are locked, and counted', () => {
    const { hub } = hubWithDevice();
    for (const text of ['one', 'two', 'three']) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf(text)));
    succeeded(hub.cloudToDevice.receiveMessage(D1));
    expect(succeeded(hub.cloudToDevice.purgeMessages(D1))).toBe(3);
    expect(succeeded(hub.cloudToDevice.purgeMessages(D1))).toBe(0);
  });

  it('are refused for a missing device, a disabled device and a full queue', () => {
    const { hub, register } = hubWithDevice();
    register('off', { status: 'disabled' });
    const unknown = identityOf('missing');
    expect(outcomeOf(hub.cloudToDevice.sendMessage(unknown, messageOf('one')))).toBe('DeviceNotFound');
    expect(outcomeOf(hub.cloudToDevice.receiveMessage(unknown))).toBe('DeviceNotFound');
    expect(outcomeOf(hub.cloudToDevice.purgeMessages(unknown))).toBe('DeviceNotFound');
    expect(outcomeOf(hub.cloudToDevice.completeMessage(unknown, 'token'))).toBe('DeviceNotFound');
    expect(outcomeOf(hub.cloudToDevice.sendMessage(identityOf('off'), messageOf('one')))).toBe(
      'DeviceNotFound',
    );
    for (let count = 0; count < 50; count++) succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    expect(outcomeOf(hub.cloudToDevice.sendMessage(D1, messageOf('51st')))).toBe(
      'DeviceMaximumQueueDepthExceeded',
    );
  });

  it('are deleted with the device, and so is the pending feedback', () => {
    const { hub, clock, register } = hubWithDevice();
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('reported', { ack: 'full' })));
    succeeded(
      hub.cloudToDevice.completeMessage(D1, succeeded(hub.cloudToDevice.receiveMessage(D1))?.lockToken ?? ''),
    );
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('waiting', { ack: 'full' })));
    succeeded(hub.devices.deleteDevice(D1.deviceId, { kind: 'any' }));
    register('d1');
    clock.advance(2 * HOUR_MILLISECONDS);
    expect(succeeded(hub.cloudToDevice.receiveMessage(D1))).toBeUndefined();
    expect(hub.feedback.receiveFeedback()).toBeUndefined();
  });

  it('have no timer in a closed hub', () => {
    const { hub, connect, timerCount } = hubWithDevice();
    connect('d1', { channels: ['messages'] });
    succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
    hub.close();
    expect(timerCount()).toBe(0);
  });

  it('have one timer per queue for any number of messages', () => {
    const { hub, timerCount } = hubWithDevice();
    for (let count = 0; count < 50; count++) {
      succeeded(hub.cloudToDevice.sendMessage(D1, messageOf('one')));
      expect(timerCount()).toBe(1);
    }
    succeeded(hub.cloudToDevice.purgeMessages(D1));
    expect(timerCount()).toBe(0);
  });

  it('are delivered to an input of a module that is subscribed to inputs', () => {
    const { hub, register, connect } = hubWithDevice();
    const module = register('d1/m1');
    const message = {
      inputName: 'in1',
      body: new Uint8Array([1]),
      properties: { system: {}, application: {} },
      sender: D1,
    };
    expect(outcomeOf(hub.cloudToDevice.sendInputMessage(module, message))).toBe('DeviceNotOnline');
    const { session, connection } = connect('d1/m1');
    expect(outcomeOf(hub.cloudToDevice.sendInputMessage(module, message))).toBe('DeviceNotOnline');
    session.subscribe('inputs');
    expect(outcomeOf(hub.cloudToDevice.sendInputMessage(module, message))).toBe('ok');
    expect(connection.inputMessages).toEqual([message]);
    const missing = { ...D1, moduleId: 'm2' } as unknown as typeof module;
    expect(outcomeOf(hub.cloudToDevice.sendInputMessage(missing, message))).toBe('ModuleNotFound');
    const nowhere = { ...module, ...identityOf('missing') };
    expect(outcomeOf(hub.cloudToDevice.sendInputMessage(nowhere, message))).toBe('DeviceNotFound');
  });
});

function hubWithDevice() {
  const quiet = createQuietHub();
  quiet.register('d1');
  return quiet;
}

function pendingCount(hub: ReturnType<typeof createQuietHub>['hub']): number {
  return succeeded(hub.devices.getDevice(D1.deviceId)).pendingMessageCount;
}

function textsOf(deliveries: readonly CloudToDeviceDelivery[]): readonly string[] {
  return deliveries.map(({ message }) => new TextDecoder().decode(message.body));
}

function lastToken(deliveries: readonly CloudToDeviceDelivery[]): string {
  return deliveries.at(-1)?.lockToken ?? '';
}
