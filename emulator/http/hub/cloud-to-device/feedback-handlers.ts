import { ok, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerDone, answerNothing } from '../../wire/answers.ts';
import type { HubRequest } from '../../wire/route.ts';

/** The back end asks for the next batch of feedback: 200 with it, 204 where none waits. */
export function receiveFeedback(hub: Hub): Result<Answer> {
  const delivery = hub.feedback.receiveFeedback();
  if (delivery === undefined) return answerNothing();
  const headers = [
    'ETag',
    `"${delivery.lockToken}"`,
    'Content-Type',
    'application/vnd.microsoft.iothub.feedback.json',
    'iothub-sequencenumber',
    String(delivery.sequenceNumber),
    'iothub-deliverycount',
    String(delivery.deliveryCount),
    'iothub-enqueuedtime',
    delivery.enqueuedTimeUtc,
  ];
  return ok({ status: 200, headers, body: Buffer.from(JSON.stringify(delivery.records)) });
}

export function completeFeedback(hub: Hub, request: HubRequest): Result<Answer> {
  return answerDone(hub.feedback.completeFeedback(request.parameters.lockToken ?? ''));
}

export function abandonFeedback(hub: Hub, request: HubRequest): Result<Answer> {
  return answerDone(hub.feedback.abandonFeedback(request.parameters.lockToken ?? ''));
}
