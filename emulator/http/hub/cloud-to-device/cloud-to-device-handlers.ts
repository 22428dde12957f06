import { parseDeviceId } from '../../../domain/identities/client-identity.ts';
import type { CloudToDeviceDelivery, FeedbackRequest } from '../../../domain/messages/message.ts';
import { failed, ok, type Result } from '../../../domain/result.ts';
import type { AuthenticatedClient } from '../../../hub/access/credentials.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerDone, answerJson, answerNothing } from '../../wire/answers.ts';
import type { HubRequest } from '../../wire/route.ts';
import { formatPropertyHeaders, parsePropertyHeaders } from '../message-properties.ts';

/** The device asks for its next message: 200 with it, 204 where none waits. */
export function receiveMessage(hub: Hub, _request: HubRequest, client: AuthenticatedClient): Result<Answer> {
  const delivery = hub.cloudToDevice.receiveMessage(client.identity.deviceId);
  if (!delivery.ok) return delivery;
  return delivery.value === undefined ? answerNothing() : answerMessage(delivery.value);
}

/** DELETE of a lock token completes the message, or rejects it where the query says so. */
export function completeOrRejectMessage(
  hub: Hub,
  request: HubRequest,
  client: AuthenticatedClient,
): Result<Answer> {
  const lockToken = request.parameters.lockToken ?? '';
  // The Java client writes the question mark into the name.
  const isReject = request.query.has('reject') || request.query.has('?reject');
  const { deviceId } = client.identity;
  return answerDone(
    isReject
      ? hub.cloudToDevice.rejectMessage(deviceId, lockToken)
      : hub.cloudToDevice.completeMessage(deviceId, lockToken),
  );
}

export function abandonMessage(hub: Hub, request: HubRequest, client: AuthenticatedClient): Result<Answer> {
  return answerDone(
    hub.cloudToDevice.abandonMessage(client.identity.deviceId, request.parameters.lockToken ?? ''),
  );
}

/** Sends a cloud-to-device message, as Azure IoT Explorer does. */
export function sendMessage(hub: Hub, request: HubRequest): Result<Answer> {
  const deviceId = parseDeviceId(request.parameters.deviceId ?? '');
  if (!deviceId.ok) return deviceId;
  const ack = parseAck(request.headers['iothub-ack']);
  if (!ack.ok) return ack;
  const properties = parsePropertyHeaders(request.rawHeaders);
  return answerDone(
    hub.cloudToDevice.sendMessage(deviceId.value, { body: request.body, properties, ack: ack.value }),
  );
}

export function purgeMessages(hub: Hub, request: HubRequest): Result<Answer> {
  const deviceId = parseDeviceId(request.parameters.deviceId ?? '');
  if (!deviceId.ok) return deviceId;
  const purged = hub.cloudToDevice.purgeMessages(deviceId.value);
  if (!purged.ok) return purged;
  return answerJson({ deviceId: deviceId.value, moduleId: null, totalMessagesPurged: purged.value });
}

function answerMessage({ message, ...delivery }: CloudToDeviceDelivery): Result<Answer> {
  const headers = [
    // Quoted always: the Node client cuts off the first and the last character unseen.
    'ETag',
    `"${delivery.lockToken}"`,
    'iothub-ack',
    message.ack,
    'iothub-expiry',
    delivery.expiryUtc,
    'iothub-sequencenumber',
    String(delivery.sequenceNumber),
    'iothub-deliverycount',
    String(delivery.deliveryCount),
    'iothub-enqueuedtime',
    delivery.enqueuedTimeUtc,
    ...formatPropertyHeaders(message.properties),
  ];
  return ok({ status: 200, headers, body: message.body });
}

const FEEDBACK_REQUESTS: readonly FeedbackRequest[] = ['none', 'positive', 'negative', 'full'];

function parseAck(header: string | readonly string[] | undefined): Result<FeedbackRequest> {
  if (header === undefined || header === '') return ok('none');
  const ack = FEEDBACK_REQUESTS.find((known) => known === String(header).toLowerCase());
  return ack === undefined
    ? failed('ArgumentInvalid', `iothub-ack must be one of ${FEEDBACK_REQUESTS}.`)
    : ok(ack);
}
