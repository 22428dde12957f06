import type { DeviceIdentity } from '../identities/identity.ts';
import type { CloudToDeviceMessage } from '../messages/message.ts';
import { formatTime } from '../time.ts';
import type { EndedMessage, MessageEnd } from './message-queue.ts';

type FeedbackStatus = MessageEnd['outcome'];

/** The outcome of one cloud-to-device message in the form of IoT Hub. `enqueuedTimeUtc` is the time of the outcome. */
export interface FeedbackRecord {
  readonly originalMessageId: string;
  readonly enqueuedTimeUtc: string;
  readonly statusCode: FeedbackStatus;
  readonly description: string;
  readonly deviceId: string;
  readonly deviceGenerationId: string;
}

/** A delivery of feedback to a back end, which settles it with the lock token. `deliveryCount` begins at 0. */
export interface FeedbackDelivery {
  readonly lockToken: string;
  readonly sequenceNumber: number;
  readonly deliveryCount: number;
  readonly enqueuedTimeUtc: string;
  readonly records: readonly FeedbackRecord[];
}

// The descriptions of the live hub. If the description is not known, it is the status itself.
const DESCRIPTIONS: Readonly<Record<FeedbackStatus, string>> = {
  Success: 'Success',
  Rejected: 'Message rejected',
  DeliveryCountExceeded: 'DeliveryCountExceeded',
  Expired: 'Expired',
  Purged: 'Purged',
};

/** Returns whether the sender of a message requested feedback on how it ended. */
export function isFeedbackRequested({ content, outcome }: EndedMessage<CloudToDeviceMessage>): boolean {
  switch (content.ack) {
    case undefined:
    case 'none':
      return false;
    case 'positive':
      return outcome === 'Success';
    case 'negative':
      return outcome !== 'Success';
    case 'full':
      return true;
  }
}

/** Creates the feedback on a message that left its queue. */
export function createFeedbackRecord(
  { content, outcome }: EndedMessage<CloudToDeviceMessage>,
  { deviceId, generationId }: Pick<DeviceIdentity, 'deviceId' | 'generationId'>,
  now: number,
): FeedbackRecord {
  return {
    originalMessageId: content.properties.system.messageId ?? '',
    enqueuedTimeUtc: formatTime(now),
    statusCode: outcome,
    description: DESCRIPTIONS[outcome],
    deviceId,
    deviceGenerationId: generationId,
  };
}
