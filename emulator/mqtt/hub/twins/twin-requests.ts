import { formatErrorDocument } from '../../../domain/error-document.ts';
import { type HubError, httpStatusOf } from '../../../domain/errors.ts';
import { formatJson, parseJson } from '../../../domain/json.ts';
import { failed, type Result } from '../../../domain/result.ts';
import type { Clock, IdSource } from '../../../hub/ports.ts';
import type { ClientSession } from '../../../hub/sessions/client-session.ts';
import { type ClientRequest, formatTwinResponseTopic } from '../topic-formats.ts';

/** The topic and the body of a twin response. */
export interface TwinResponse {
  readonly topic: string;
  readonly body: string;
}

export type TwinRequest = Extract<
  ClientRequest,
  { readonly operation: 'getTwin' | 'updateReportedProperties' }
>;

/** Performs a twin request of a client. The response has the request id of the request. */
export function performTwinRequest(
  session: ClientSession,
  request: TwinRequest,
  body: Buffer,
  { clock, ids }: { readonly clock: Clock; readonly ids: IdSource },
): TwinResponse {
  const { requestId } = request;
  if (request.operation === 'getTwin') {
    const twin = session.getTwin();
    if (!twin.ok) return formatFailure(requestId, twin.error, ids.guid(), clock.now());
    return { topic: formatTwinResponseTopic(200, requestId), body: formatJson(twin.value) };
  }
  const version = updateReportedProperties(session, body, request.expectedVersion);
  if (!version.ok) return formatFailure(requestId, version.error, ids.guid(), clock.now());
  return { topic: formatTwinResponseTopic(204, requestId, version.value), body: '' };
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

// The Node client ignores the status in the topic. It reads `errorCode` in the body.
function formatFailure(requestId: string, error: HubError, guid: string, now: number): TwinResponse {
  const body = formatErrorDocument(error, { requestId: guid, now, hasGateway: true });
  return { topic: formatTwinResponseTopic(httpStatusOf(error.name), requestId), body };
}
