import type { DeviceIdentity } from '../identities/identity.ts';
import type { CloudToDeviceMessage, FeedbackRequest } from '../messages/message.ts';
import { formatTime } from '../time.ts';
import type { EndedMessage, MessageEnd } from './message-queue.ts';

type FeedbackStatus = MessageEnd['outcome'];

/** What became of one cloud-to-device message, as a back end reads it; `enqueuedTimeUtc` is when that happened. */
export interface FeedbackRecord {
  readonly originalMessageId: string;
  readonly enqueuedTimeUtc: string;
  readonly statusCode: FeedbackStatus;
  readonly description: string;
  readonly deviceId: string;
  readonly deviceGenerationId: string;
}

/** Feedback on its way to a back end. The lock token settles it; `deliveryCount` is 0 at first. */
export interface FeedbackDelivery {
  readonly lockToken: string;
  readonly sequenceNumber: number;
  readonly deliveryCount: number;
  readonly enqueuedTimeUtc: string;
  readonly records: readonly FeedbackRecord[];
}

// The words of the live hub where they are known, else the status itself.
const DESCRIPTIONS: Readonly<Record<FeedbackStatus, string>> = {
  Success: 'Success',
  Rejected: 'Message rejected',
  DeliveryCountExceeded: 'DeliveryCountExceeded',
  Expired: 'Expired',
  Purged: 'Purged',
};

/** The feedback on a message that ended, or undefined where its sender wants none. */
export function feedbackOn(
  { content, outcome }: EndedMessage<CloudToDeviceMessage>,
  { deviceId, generationId }: Pick<DeviceIdentity, 'deviceId' | 'generationId'>,
  now: number,
): FeedbackRecord | undefined {
  if (!isWanted(content.ack, outcome)) return undefined;
  return {
    originalMessageId: content.properties.system.messageId ?? '',
    enqueuedTimeUtc: formatTime(now),
    statusCode: outcome,
    description: DESCRIPTIONS[outcome],
    deviceId,
    deviceGenerationId: generationId,
  };
}

function isWanted(ack: FeedbackRequest, outcome: FeedbackStatus): boolean {
  switch (ack) {
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
