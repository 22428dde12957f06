import { describe, expect, it } from 'vitest';
import { parseDeviceRequest } from '../../../emulator/domain/identities/identity-request.ts';
import type { CloudToDeviceDelivery } from '../../../emulator/domain/messages/message.ts';
import { createQuietHub, identityOf, messageOf, outcomeOf, type QuietHub, succeeded } from '../quiet-hub.ts';

const DEVICE = identityOf('d1');
const MODULE = identityOf('d1/m1');

function hubWithModules(): QuietHub {
  const quiet = createQuietHub();
  quiet.register('d1/m1');
  quiet.register('d1/m2');
  return quiet;
}

function textsOf(messages: readonly CloudToDeviceDelivery[]): readonly string[] {
  return messages.map(({ message }) => new TextDecoder().decode(message.body));
}

function countOf({ hub }: QuietHub, clientId: string): unknown {
  const identity = identityOf(clientId);
  const twin = succeeded(hub.twins.getTwin(identity));
  const { pendingMessageCount } =
    identity.moduleId === undefined
      ? succeeded(hub.devices.getDevice(identity.deviceId))
      : succeeded(hub.modules.getModule(identity));
  expect(pendingMessageCount).toBe(twin.cloudToDeviceMessageCount);
  return twin.cloudToDeviceMessageCount;
}

describe('the queue of a module', () => {
  it('is its own: neither its device nor another module receives from it', () => {
    const quiet = hubWithModules();
    const { hub, connect } = quiet;
    const others = ['d1', 'd1/m2'].map((client) => connect(client, { channels: ['messages'] }));
    for (const text of ['one', 'two']) succeeded(hub.cloudToDevice.sendMessage(MODULE, messageOf(text)));
    expect(['d1', 'd1/m1', 'd1/m2'].map((client) => countOf(quiet, client))).toEqual([0, 2, 0]);
    const { session, connection } = connect('d1/m1', { channels: ['messages'] });
    expect(textsOf(connection.messages)).toEqual(['one', 'two']);
    expect(outcomeOf(session.completeMessage(connection.messages[0]?.lockToken ?? ''))).toBe('ok');
    expect(countOf(quiet, 'd1/m1')).toBe(1);
    expect(others.flatMap((other) => other.connection.messages)).toEqual([]);
  });

  it('has the limits, the address and the lock of a queue of a device', () => {
    const quiet = hubWithModules();
    const { hub, connect, clock } = quiet;
    for (let count = 0; count < 50; count++)
      succeeded(hub.cloudToDevice.sendMessage(MODULE, messageOf('one')));
    const send = () => outcomeOf(hub.cloudToDevice.sendMessage(MODULE, messageOf('more')));
    expect(send()).toBe('DeviceMaximumQueueDepthExceeded');
    expect(succeeded(hub.cloudToDevice.purgeMessages(DEVICE))).toBe(0);
    expect(succeeded(hub.cloudToDevice.purgeMessages(MODULE))).toBe(50);
    expect(send()).toBe('ok');
    const { connection } = connect('d1/m1', { channels: ['messages'] });
    expect(connection.messages[0]?.message.properties.system.to).toBe(
      '/devices/d1/modules/m1/messages/devicebound',
    );
    clock.advance(60_000);
    expect(connection.messages.map(({ isRedelivery }) => isRedelivery)).toEqual([false, true]);
  });

  it('returns messages when the connection ends, and dead-letters them when they expire', () => {
    const quiet = hubWithModules();
    const { hub, connect, clock } = quiet;
    succeeded(hub.cloudToDevice.sendMessage(MODULE, messageOf('one', { ack: 'full' })));
    connect('d1/m1', { channels: ['messages'] }).session.close('lost');
    const again = connect('d1/m1', { channels: ['messages'] });
    expect(again.connection.messages).toMatchObject([{ isRedelivery: true }]);
    again.session.close('lost');
    clock.advance(3_600_000);
    expect(countOf(quiet, 'd1/m1')).toBe(0);
    const { identity } = succeeded(hub.devices.getDevice(DEVICE.deviceId));
    expect(hub.feedback.receiveFeedback()?.records).toMatchObject([
      {
        originalMessageId: 'one',
        statusCode: 'Expired',
        deviceId: 'd1',
        deviceGenerationId: identity.generationId,
      },
    ]);
  });

  it.each([
    ['module', (quiet: QuietHub) => quiet.hub.modules.deleteModule(MODULE, { kind: 'any' })],
    ['device', (quiet: QuietHub) => quiet.hub.devices.deleteDevice(DEVICE.deviceId, { kind: 'any' })],
  ])('is deleted with its %s', (_what, remove) => {
    const quiet = hubWithModules();
    const { hub } = quiet;
    succeeded(hub.cloudToDevice.sendMessage(MODULE, messageOf('one', { ack: 'full' })));
    succeeded(remove(quiet));
    expect(quiet.timerCount()).toBe(0);
    quiet.register('d1/m1');
    expect(countOf(quiet, 'd1/m1')).toBe(0);
    expect(hub.feedback.receiveFeedback()).toBeUndefined();
  });

  it('takes no message if the module is missing or its device is disabled', () => {
    const { hub } = hubWithModules();
    const send = (clientId: string) =>
      outcomeOf(hub.cloudToDevice.sendMessage(identityOf(clientId), messageOf('one')));
    expect(send('d1/m3')).toBe('ModuleNotFound');
    expect(send('d2/m1')).toBe('DeviceNotFound');
    expect(outcomeOf(hub.cloudToDevice.purgeMessages(identityOf('d1/m3')))).toBe('ModuleNotFound');
    const disabled = succeeded(parseDeviceRequest(DEVICE.deviceId, { status: 'disabled' }));
    succeeded(hub.devices.createOrUpdateDevice(disabled, { kind: 'any' }));
    expect(send('d1/m1')).toBe('DeviceNotFound');
  });
});
