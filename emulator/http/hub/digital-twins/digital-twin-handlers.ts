import { parseDigitalTwinPatch } from '../../../domain/digital-twins/digital-twin-patch.ts';
import { ok, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { parseDevicePath } from '../path-parameters.ts';
import { parseTwinPrecondition } from '../preconditions.ts';

export function getDigitalTwin(hub: Hub, request: HttpRequest): Result<Answer> {
  const deviceId = parseDevicePath(request);
  if (!deviceId.ok) return deviceId;
  const digitalTwin = hub.digitalTwins.getDigitalTwin(deviceId.value);
  if (!digitalTwin.ok) return digitalTwin;
  return answerJson(digitalTwin.value.document, ['ETag', `"${digitalTwin.value.etag}"`]);
}

/** Answers 202 without a body, because the clients accept no other status. */
export function updateDigitalTwin(hub: Hub, request: HttpRequest): Result<Answer> {
  const deviceId = parseDevicePath(request);
  if (!deviceId.ok) return deviceId;
  const operations = parseJsonBody(request.body, parseDigitalTwinPatch);
  if (!operations.ok) return operations;
  const precondition = parseTwinPrecondition(request.headers['if-match']);
  const updated = hub.digitalTwins.updateDigitalTwin(deviceId.value, operations.value, precondition);
  if (!updated.ok) return updated;
  const location = `/digitaltwins/${encodeURIComponent(deviceId.value)}`;
  const headers = ['ETag', `"${updated.value.etag}"`, 'Location', location];
  return ok({ status: 202, headers, body: undefined });
}
