import { formatErrorDocument } from '../../domain/error-document.ts';
import { type HubError, httpStatusOf } from '../../domain/errors.ts';
import { formatJson, parseJson } from '../../domain/json.ts';
import { failed, type Result } from '../../domain/result.ts';
import type { ClientSession } from '../../hub/client-session.ts';
import type { Clock, IdSource } from '../../hub/ports.ts';
import { type ClientRequest, formatTwinAnswerTopic } from './topics.ts';

/** A topic and its body. */
export interface TwinAnswer {
  readonly topic: string;
  readonly body: string;
}

export type TwinRequest = Extract<
  ClientRequest,
  { readonly operation: 'getTwin' | 'updateReportedProperties' }
>;

/** Performs a twin request of a client; the answer echoes its request id. */
export function answerTwinRequest(
  session: ClientSession,
  request: TwinRequest,
  body: Buffer,
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
): TwinAnswer {
  const { requestId } = request;
  if (request.operation === 'getTwin') {
    const twin = session.getTwin();
    if (!twin.ok) return formatFailure(requestId, twin.error, ids.guid(), clock.now());
    return { topic: formatTwinAnswerTopic(200, requestId), body: formatJson(twin.value) };
  }
  const version = updateReportedProperties(session, body, request.expectedVersion);
  if (!version.ok) return formatFailure(requestId, version.error, ids.guid(), clock.now());
  return { topic: formatTwinAnswerTopic(204, requestId, version.value), body: '' };
}

function updateReportedProperties(
  session: ClientSession,
  body: Buffer,
  expectedVersion: number | undefined,
): Result<number> {
  const patch = parseJson(body.toString('utf8'));
  if (!patch.ok) return patch;
  if (expectedVersion === undefined) return session.updateReportedProperties(patch.value);
  if (!Number.isInteger(expectedVersion)) return failed('ArgumentInvalid', '$version must be a number.');
  return session.updateReportedProperties(patch.value, expectedVersion);
}

// The Node client ignores the status in the topic and looks for `errorCode` in the body.
function formatFailure(requestId: string, error: HubError, guid: string, now: number): TwinAnswer {
  const body = formatErrorDocument(error, { requestId: guid, now, hasGateway: true });
  return { topic: formatTwinAnswerTopic(httpStatusOf(error.name), requestId), body };
}
