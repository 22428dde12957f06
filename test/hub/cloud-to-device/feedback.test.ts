import { describe, expect, it } from 'vitest';
import type { FeedbackOptions } from '../../../emulator/domain/cloud-to-device/cloud-to-device.ts';
import type { DeviceId } from '../../../emulator/domain/identities/client-identity.ts';
import { DEFAULT_HUB_OPTIONS } from '../../../emulator/emulator-options.ts';
import type { Hub } from '../../../emulator/hub/hub.ts';
import { createQuietHub, deviceIdOf, messageOf, outcomeOf, succeeded, take } from '../quiet-hub.ts';

const D1 = deviceIdOf('d1');
const D2 = deviceIdOf('d2');

describe('feedback on cloud-to-device messages', () => {
  it('is locked, abandoned and completed like a message', () => {
    const { hub, clock } = hubWithDevices();
    completeOne(hub, D1, 'one');
    const first = hub.feedback.receiveFeedback();
    expect(first).toMatchObject({
      deliveryCount: 0,
      records: [{ originalMessageId: 'one', deviceId: 'd1' }],
    });
    expect(hub.feedback.receiveFeedback()).toBeUndefined();
    expect(outcomeOf(hub.feedback.abandonFeedback(first?.lockToken ?? ''))).toBe('ok');
    const second = hub.feedback.receiveFeedback();
    expect(second).toMatchObject({ deliveryCount: 1, sequenceNumber: first?.sequenceNumber });
    clock.advance(60_000);
    expect(outcomeOf(hub.feedback.completeFeedback(second?.lockToken ?? ''))).toBe('DeviceMessageLockLost');
    const third = hub.feedback.receiveFeedback();
    expect(third?.deliveryCount).toBe(1);
    expect(outcomeOf(hub.feedback.completeFeedback(third?.lockToken ?? ''))).toBe('ok');
    clock.advance(60_000);
    expect(hub.feedback.receiveFeedback()).toBeUndefined();
  });

  it('is deleted if no back end receives it within its time to live', () => {
    const { hub, clock } = hubWithDevices();
    completeOne(hub, D1, 'one');
    clock.advance(3_600_000);
    expect(hub.feedback.receiveFeedback()).toBeUndefined();
  });

  it('is deleted if it is abandoned too often', () => {
    const { hub } = hubWithDevices({ maximumDeliveryCount: 2 });
    completeOne(hub, D1, 'one');
    for (let count = 0; count < 2; count++) {
      succeeded(hub.feedback.abandonFeedback(hub.feedback.receiveFeedback()?.lockToken ?? ''));
    }
    expect(hub.feedback.receiveFeedback()).toBeUndefined();
  });

  it('is sent in batches when the time of the option has passed or the batch has 64 records', () => {
    const { hub, clock } = hubWithDevices({ batchSeconds: 15 });
    completeOne(hub, D1, 'one');
    clock.advance(10_000);
    completeOne(hub, D2, 'two');
    expect(hub.feedback.receiveFeedback()).toBeUndefined();
    clock.advance(5_000);
    const batch = hub.feedback.receiveFeedback();
    expect(batch?.records.map(({ deviceId }) => deviceId)).toEqual(['d1', 'd2']);
    for (let count = 0; count < 64; count++) completeOne(hub, D1, String(count));
    expect(hub.feedback.receiveFeedback()?.records).toHaveLength(64);
  });

  it('remains in a batch when another device of the batch is deleted', () => {
    const { hub, clock } = hubWithDevices({ batchSeconds: 15 });
    completeOne(hub, D1, 'one');
    completeOne(hub, D2, 'two');
    clock.advance(15_000);
    completeOne(hub, D1, 'three');
    succeeded(hub.devices.deleteDevice(D1, { kind: 'any' }));
    expect(hub.feedback.receiveFeedback()?.records).toMatchObject([{ originalMessageId: 'two' }]);
    clock.advance(15_000);
    expect(hub.feedback.receiveFeedback()).toBeUndefined();
  });

  it('is read from the creation of a reader, and remains for back ends', async () => {
    const { hub } = hubWithDevices();
    completeOne(hub, D1, 'before');
    const signal = AbortSignal.timeout(5000);
    const latest = hub.feedback.read({ signal });
    const ofSecond = hub.feedback.read({ from: 'earliest', deviceId: 'd2', signal });
    completeOne(hub, D1, 'one');
    completeOne(hub, D2, 'two');
    expect((await take(latest, 2)).map(({ originalMessageId }) => originalMessageId)).toEqual(['one', 'two']);
    expect((await take(ofSecond, 1)).map(({ originalMessageId }) => originalMessageId)).toEqual(['two']);
    expect(hub.feedback.receiveFeedback()?.records).toMatchObject([{ originalMessageId: 'before' }]);
  });

  it('is read by a waiting reader until its signal aborts', async () => {
    const { hub } = hubWithDevices();
    const abort = new AbortController();
    const reading = (async () => {
      const ids: string[] = [];
      for await (const record of hub.feedback.read({ signal: abort.signal })) {
        ids.push(record.originalMessageId);
        abort.abort();
      }
      return ids;
    })();
    await Promise.resolve();
    completeOne(hub, D1, 'one');
    expect(await reading).toEqual(['one']);
  });
});

function hubWithDevices(feedback: Partial<FeedbackOptions> = {}) {
  const defaults = DEFAULT_HUB_OPTIONS.cloudToDevice;
  const quiet = createQuietHub({
    cloudToDevice: { ...defaults, feedback: { ...defaults.feedback, ...feedback } },
  });
  for (const deviceId of ['d1', 'd2']) quiet.register(deviceId);
  return quiet;
}

function completeOne(hub: Hub, deviceId: DeviceId, text: string): void {
  succeeded(hub.cloudToDevice.sendMessage({ deviceId }, messageOf(text, { ack: 'full' })));
  const received = succeeded(hub.cloudToDevice.receiveMessage({ deviceId }));
  succeeded(hub.cloudToDevice.completeMessage({ deviceId }, received?.lockToken ?? ''));
}
