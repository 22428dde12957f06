import { parseDigitalTwinPatch } from '../../../domain/digital-twins/digital-twin-patch.ts';
import { parseDeviceId } from '../../../domain/identities/client-identity.ts';
import { ok, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HubRequest } from '../../wire/route.ts';
import { parseTwinPrecondition } from '../preconditions.ts';

export function getDigitalTwin(hub: Hub, request: HubRequest): Result<Answer> {
  const deviceId = parseDeviceId(request.parameters.deviceId ?? '');
  if (!deviceId.ok) return deviceId;
  const digitalTwin = hub.digitalTwins.getDigitalTwin(deviceId.value);
  if (!digitalTwin.ok) return digitalTwin;
  return answerJson(digitalTwin.value.document, ['ETag', `"${digitalTwin.value.etag}"`]);
}

/** PATCH: 202 and nothing else, for the clients take no other code. */
export function updateDigitalTwin(hub: Hub, request: HubRequest): Result<Answer> {
  const deviceId = parseDeviceId(request.parameters.deviceId ?? '');
  if (!deviceId.ok) return deviceId;
  const body = parseJsonBody(request.body);
  if (!body.ok) return body;
  const operations = parseDigitalTwinPatch(body.value);
  if (!operations.ok) return operations;
  const precondition = parseTwinPrecondition(request.headers['if-match']);
  const updated = hub.digitalTwins.updateDigitalTwin(deviceId.value, operations.value, precondition);
  if (!updated.ok) return updated;
  const location = `/digitaltwins/${encodeURIComponent(deviceId.value)}`;
  return ok({
    status: 202,
    headers: ['ETag', `"${updated.value.etag}"`, 'Location', location],
    body: undefined,
  });
}
