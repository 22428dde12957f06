import type { CloudToDeviceDelivery, FeedbackRequest } from '../../../domain/messages/message.ts';
import { failed, ok, type Result } from '../../../domain/result.ts';
import type { AuthenticatedClient } from '../../../hub/access/credentials.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerDone, answerJson, answerNothing } from '../../wire/answers.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { formatPropertyHeaders, parsePropertyHeaders } from '../message-properties.ts';
import { parseDevicePath } from '../path-parameters.ts';

/** Answers 200 with the next message, or 204 if there is none. */
export function receiveMessage(hub: Hub, _request: HttpRequest, client: AuthenticatedClient): Result<Answer> {
  const delivery = hub.cloudToDevice.receiveMessage(client.identity);
  if (!delivery.ok) return delivery;
  return delivery.value === undefined ? answerNothing() : answerMessage(delivery.value);
}

export function completeMessage(hub: Hub, request: HttpRequest, client: AuthenticatedClient): Result<Answer> {
  return answerDone(hub.cloudToDevice.completeMessage(client.identity, request.parameters.lockToken ?? ''));
}

export function rejectMessage(hub: Hub, request: HttpRequest, client: AuthenticatedClient): Result<Answer> {
  return answerDone(hub.cloudToDevice.rejectMessage(client.identity, request.parameters.lockToken ?? ''));
}

export function abandonMessage(hub: Hub, request: HttpRequest, client: AuthenticatedClient): Result<Answer> {
  return answerDone(hub.cloudToDevice.abandonMessage(client.identity, request.parameters.lockToken ?? ''));
}

/** Sends a cloud-to-device message, as Azure IoT Explorer does. */
export function sendMessage(hub: Hub, request: HttpRequest): Result<Answer> {
  const deviceId = parseDevicePath(request);
  if (!deviceId.ok) return deviceId;
  const ack = parseAck(request.headers['iothub-ack']);
  if (!ack.ok) return ack;
  const properties = parsePropertyHeaders(request.rawHeaders);
  return answerDone(
    hub.cloudToDevice.sendMessage(
      { deviceId: deviceId.value },
      { body: request.body, properties, ack: ack.value },
    ),
  );
}

export function purgeMessages(hub: Hub, request: HttpRequest): Result<Answer> {
  const deviceId = parseDevicePath(request);
  if (!deviceId.ok) return deviceId;
  const purged = hub.cloudToDevice.purgeMessages({ deviceId: deviceId.value });
  if (!purged.ok) return purged;
  return answerJson({ deviceId: deviceId.value, moduleId: null, totalMessagesPurged: purged.value });
}

function answerMessage({ message, ...delivery }: CloudToDeviceDelivery): Result<Answer> {
  const headers = [
    // Always in quotes, because the Node client removes the first and the last character without a check.
    ...['ETag', `"${delivery.lockToken}"`],
    ...['iothub-ack', message.ack ?? 'none'],
    ...['iothub-expiry', delivery.expiryUtc],
    ...['iothub-sequencenumber', String(delivery.sequenceNumber)],
    ...['iothub-deliverycount', String(delivery.deliveryCount)],
    ...['iothub-enqueuedtime', delivery.enqueuedTimeUtc],
    ...formatPropertyHeaders(message.properties),
  ];
  return ok({ status: 200, headers, body: message.body });
}

const FEEDBACK_REQUESTS: readonly FeedbackRequest[] = ['none', 'positive', 'negative', 'full'];

/** Returns undefined if the sender sets no feedback, because the device then receives none over MQTT. */
function parseAck(header: string | readonly string[] | undefined): Result<FeedbackRequest | undefined> {
  if (header === undefined || header === '') return ok(undefined);
  const ack = FEEDBACK_REQUESTS.find((known) => known === String(header).toLowerCase());
  return ack === undefined
    ? failed('ArgumentInvalid', `iothub-ack must be one of ${FEEDBACK_REQUESTS}.`)
    : ok(ack);
}
