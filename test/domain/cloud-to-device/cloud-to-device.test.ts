import { describe, expect, test } from 'vitest';
import {
  enqueueMessage,
  MAXIMUM_QUEUE_DEPTH,
} from '../../../emulator/domain/cloud-to-device/cloud-to-device.ts';
import { feedbackOn } from '../../../emulator/domain/cloud-to-device/feedback.ts';
import {
  type EndedMessage,
  emptyQueue,
  type MessageEnd,
} from '../../../emulator/domain/cloud-to-device/message-queue.ts';
import type { DeviceId } from '../../../emulator/domain/identities/client-identity.ts';
import type { CloudToDeviceMessage, FeedbackRequest } from '../../../emulator/domain/messages/message.ts';
import { messageSizeOf } from '../../../emulator/domain/messages/message-size.ts';
import { formatTime } from '../../../emulator/domain/time.ts';

const NOW = Date.UTC(2026, 0, 2);
const TWO_DAYS = 2 * 24 * 60 * 60 * 1000;
const KIB_64 = 64 * 1024;

describe('a message to a device', () => {
  test.each([
    { sent: 'without an expiry', expiryUtc: undefined, expected: NOW + 3600_000 },
    { sent: 'with an expiry', expiryUtc: formatTime(NOW + 5000), expected: NOW + 5000 },
    { sent: 'to expire in two days', expiryUtc: formatTime(NOW + TWO_DAYS), expected: NOW + TWO_DAYS },
    {
      sent: 'to expire later than in two days',
      expiryUtc: formatTime(NOW + TWO_DAYS + 1),
      expected: 'InvalidMessageExpiryTime',
    },
    { sent: 'that expires now', expiryUtc: formatTime(NOW), expected: 'InvalidMessageExpiryTime' },
    { sent: 'that expired', expiryUtc: formatTime(NOW - 1), expected: 'InvalidMessageExpiryTime' },
    { sent: 'with an expiry that is no time', expiryUtc: 'soon', expected: 'InvalidMessageExpiryTime' },
  ])('$sent', ({ expiryUtc, expected }) => {
    const system = expiryUtc === undefined ? {} : { expiryUtc };
    expect(expiryOrError({ properties: { system, application: {} } })).toBe(expected);
  });

  test.each([
    { sent: 'of 64 KiB', members: { body: new Uint8Array(KIB_64) }, expected: 'queued' },
    { sent: 'of one byte more', members: { body: new Uint8Array(KIB_64 + 1) }, expected: 'MessageTooLarge' },
    {
      sent: 'whose properties make it too large',
      members: {
        body: new Uint8Array(KIB_64 - 3),
        properties: { system: { messageId: 'm' }, application: { n: 'é' } },
      },
      expected: 'MessageTooLarge',
    },
  ])('$sent', ({ members, expected }) => {
    const outcome = expiryOrError(members);
    expect(typeof outcome === 'number' ? 'queued' : outcome).toBe(expected);
  });

  test('the 51st that waits is refused', () => {
    let queue = emptyQueue<CloudToDeviceMessage>();
    for (let count = 0; count < MAXIMUM_QUEUE_DEPTH; count++) {
      const next = enqueueMessage(queue, messageOf({}), NOW, 3600);
      if (!next.ok) throw new Error(next.error.name);
      queue = next.value;
    }
    const refused = enqueueMessage(queue, messageOf({}), NOW, 3600);
    expect(refused).toMatchObject({ ok: false, error: { name: 'DeviceMaximumQueueDepthExceeded' } });
  });

  test('a time counts eight bytes, all else its UTF-8', () => {
    const system = { messageId: 'é', expiryUtc: '2026-01-02T00:00:00Z' };
    expect(messageSizeOf(new Uint8Array(5), { system, application: { ab: 'c' } })).toBe(5 + 2 + 8 + 3);
  });

  function expiryOrError(members: Partial<CloudToDeviceMessage>): number | string | undefined {
    const queue = enqueueMessage(emptyQueue(), messageOf(members), NOW, 3600);
    return queue.ok ? queue.value.messages[0]?.expiryUtc : queue.error.name;
  }
});

describe('feedback', () => {
  const ENDS: readonly MessageEnd[] = [
    { state: 'completed', outcome: 'Success' },
    { state: 'deadLettered', outcome: 'Rejected' },
    { state: 'deadLettered', outcome: 'DeliveryCountExceeded' },
    { state: 'deadLettered', outcome: 'Expired' },
    { state: 'purged', outcome: 'Purged' },
  ];
  const WANTED: Readonly<Record<FeedbackRequest, readonly string[]>> = {
    none: [],
    positive: ['Success'],
    negative: ['Rejected', 'DeliveryCountExceeded', 'Expired', 'Purged'],
    full: ['Success', 'Rejected', 'DeliveryCountExceeded', 'Expired', 'Purged'],
  };

  test.each(Object.entries(WANTED))('ack %s hears of %j', (ack, outcomes) => {
    const given = ENDS.filter((how) => feedbackFor(ack as FeedbackRequest, how) !== undefined);
    expect(given.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  test.each([
    ['Success', 'Success'],
    ['Rejected', 'Message rejected'],
    ['Expired', 'Expired'],
  ])('%s is described as %j', (outcome, description) => {
    const how = ENDS.find((end) => end.outcome === outcome) as MessageEnd;
    expect(feedbackFor('full', how)).toEqual({
      originalMessageId: 'one',
      enqueuedTimeUtc: formatTime(NOW + 7),
      statusCode: outcome,
      description,
      deviceId: 'd1',
      deviceGenerationId: '638',
    });
  });

  function feedbackFor(ack: FeedbackRequest, how: MessageEnd) {
    const ended: EndedMessage<CloudToDeviceMessage> = {
      content: messageOf({ ack, properties: { system: { messageId: 'one' }, application: {} } }),
      sequenceNumber: 1,
      enqueuedUtc: NOW,
      expiryUtc: NOW + 1000,
      deliveryCount: 0,
      attempts: 1,
      ...how,
    };
    return feedbackOn(ended, { deviceId: 'd1' as DeviceId, generationId: '638' }, NOW + 7);
  }
});

function messageOf(members: Partial<CloudToDeviceMessage>): CloudToDeviceMessage {
  return {
    body: new Uint8Array(0),
    properties: { system: {}, application: {} },
    ack: 'none',
    ...members,
  };
}
