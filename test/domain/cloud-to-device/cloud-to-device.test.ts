import { describe, expect, it } from 'vitest';
import {
  enqueueMessage,
  MAXIMUM_QUEUE_DEPTH,
} from '../../../emulator/domain/cloud-to-device/cloud-to-device.ts';
import {
  createFeedbackRecord,
  isFeedbackRequested,
} from '../../../emulator/domain/cloud-to-device/feedback.ts';
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

describe('a cloud-to-device message', () => {
  it.each([
    {
      title: 'no expiry',
      expiryUtc: undefined,
      expected: NOW + 3600_000,
    },
    { title: 'an expiry', expiryUtc: formatTime(NOW + 5000), expected: NOW + 5000 },
    { title: 'an expiry in two days', expiryUtc: formatTime(NOW + TWO_DAYS), expected: NOW + TWO_DAYS },
    {
      title: 'an expiry after two days',
      expiryUtc: formatTime(NOW + TWO_DAYS + 1),
      expected: 'InvalidMessageExpiryTime',
    },
    {
      title: 'an expiry at the current time',
      expiryUtc: formatTime(NOW),
      expected: 'InvalidMessageExpiryTime',
    },
    {
      title: 'an expiry in the past',
      expiryUtc: formatTime(NOW - 1),
      expected: 'InvalidMessageExpiryTime',
    },
    { title: 'an invalid expiry', expiryUtc: 'soon', expected: 'InvalidMessageExpiryTime' },
  ])('has the expiry or error $expected if its sender sets $title', ({ expiryUtc, expected }) => {
    const system = expiryUtc === undefined ? {} : { expiryUtc };
    expect(expiryOrError({ properties: { system, application: {} } })).toBe(expected);
  });

  it.each([
    { title: 'queued if it has 64 KiB', members: { body: new Uint8Array(KIB_64) }, expected: 'queued' },
    {
      title: 'refused if it has one byte more',
      members: { body: new Uint8Array(KIB_64 + 1) },
      expected: 'MessageTooLarge',
    },
    {
      title: 'refused if its body and properties have one byte more',
      members: {
        body: new Uint8Array(KIB_64 - 3),
        properties: { system: { messageId: 'm' }, application: { n: 'é' } },
      },
      expected: 'MessageTooLarge',
    },
  ])('is $title', ({ members, expected }) => {
    const outcome = expiryOrError(members);
    expect(typeof outcome === 'number' ? 'queued' : outcome).toBe(expected);
  });

  it('is refused if 50 messages of the device are pending', () => {
    let queue = emptyQueue<CloudToDeviceMessage>();
    for (let count = 0; count < MAXIMUM_QUEUE_DEPTH; count++) {
      const next = enqueueMessage(queue, messageOf({}), NOW, 3600);
      if (!next.ok) throw new Error(next.error.name);
      queue = next.value;
    }
    const refused = enqueueMessage(queue, messageOf({}), NOW, 3600);
    expect(refused).toMatchObject({ ok: false, error: { name: 'DeviceMaximumQueueDepthExceeded' } });
  });

  it('has a size of eight bytes for a time and of the UTF-8 bytes for any other property', () => {
    const system = { messageId: 'é', expiryUtc: '2026-01-02T00:00:00Z' };
    expect(messageSizeOf(new Uint8Array(5), { system, application: { ab: 'c' } })).toBe(5 + 2 + 8 + 3);
  });

  function expiryOrError(members: Partial<CloudToDeviceMessage>): number | string | undefined {
    const queue = enqueueMessage(emptyQueue(), messageOf(members), NOW, 3600);
    return queue.ok ? queue.value.messages[0]?.expiryUtc : queue.error.name;
  }
});

describe('the feedback on a cloud-to-device message', () => {
  const ENDS: readonly MessageEnd[] = [
    { state: 'completed', outcome: 'Success' },
    { state: 'deadLettered', outcome: 'Rejected' },
    { state: 'deadLettered', outcome: 'DeliveryCountExceeded' },
    { state: 'deadLettered', outcome: 'Expired' },
    { state: 'purged', outcome: 'Purged' },
  ];
  const REPORTED_OUTCOMES: Readonly<Record<FeedbackRequest, readonly string[]>> = {
    none: [],
    positive: ['Success'],
    negative: ['Rejected', 'DeliveryCountExceeded', 'Expired', 'Purged'],
    full: ['Success', 'Rejected', 'DeliveryCountExceeded', 'Expired', 'Purged'],
  };

  it.each(Object.entries(REPORTED_OUTCOMES))('reports for ack %s the outcomes %j', (ack, outcomes) => {
    const given = ENDS.filter((how) => feedbackFor(ack as FeedbackRequest, how) !== undefined);
    expect(given.map(({ outcome }) => outcome)).toEqual(outcomes);
  });

  it.each([
    ['Success', 'Success'],
    ['Rejected', 'Message rejected'],
    ['Expired', 'Expired'],
  ])('describes the outcome %s as %j', (outcome, description) => {
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
    if (!isFeedbackRequested(ended)) return undefined;
    return createFeedbackRecord(ended, { deviceId: 'd1' as DeviceId, generationId: '638' }, NOW + 7);
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
