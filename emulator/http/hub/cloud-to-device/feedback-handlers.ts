import { ok, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerDone, answerNothing } from '../../wire/answers.ts';
import type { HttpRequest } from '../../wire/route.ts';

/** Answers 200 with the next batch of feedback, or 204 if there is none. */
export function receiveFeedback(hub: Hub): Result<Answer> {
  const delivery = hub.feedback.receiveFeedback();
  if (delivery === undefined) return answerNothing();
  const headers = [
    ...['ETag', `"${delivery.lockToken}"`],
    ...['Content-Type', 'application/vnd.microsoft.iothub.feedback.json'],
    ...['iothub-sequencenumber', String(delivery.sequenceNumber)],
    ...['iothub-deliverycount', String(delivery.deliveryCount)],
    ...['iothub-enqueuedtime', delivery.enqueuedTimeUtc],
  ];
  return ok({ status: 200, headers, body: Buffer.from(JSON.stringify(delivery.records)) });
}

export function completeFeedback(hub: Hub, { parameters }: HttpRequest): Result<Answer> {
  return answerDone(hub.feedback.completeFeedback(parameters.lockToken ?? ''));
}

export function abandonFeedback(hub: Hub, { parameters }: HttpRequest): Result<Answer> {
  return answerDone(hub.feedback.abandonFeedback(parameters.lockToken ?? ''));
}
