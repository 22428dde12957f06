import { type ClientIdentity, parseClientIdentity } from '../../../domain/identities/client-identity.ts';
import type { JsonObject } from '../../../domain/json.ts';
import type { Precondition } from '../../../domain/precondition.ts';
import type { Result } from '../../../domain/result.ts';
import type { TwinPatch } from '../../../domain/twins/twin.ts';
import { parseTwinPatch } from '../../../domain/twins/twin-request.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HubRequest } from '../../wire/route.ts';
import { parseTwinPrecondition } from '../preconditions.ts';
import { formatTwin } from './twin-format.ts';

export function getTwin(hub: Hub, request: HubRequest): Result<Answer> {
  const identity = parseTwinPath(request);
  return identity.ok ? answerTwin(hub.twins.getTwin(identity.value), request) : identity;
}

/** PATCH. */
export function updateTwin(hub: Hub, request: HubRequest): Result<Answer> {
  return writeTwin(request, hub.twins.updateTwin.bind(hub.twins));
}

/** PUT. */
export function replaceTwin(hub: Hub, request: HubRequest): Result<Answer> {
  return writeTwin(request, hub.twins.replaceTwin.bind(hub.twins));
}

type TwinWrite = (
  identity: ClientIdentity,
  patch: TwinPatch,
  precondition: Precondition,
) => Result<JsonObject>;

function writeTwin(request: HubRequest, write: TwinWrite): Result<Answer> {
  const identity = parseTwinPath(request);
  if (!identity.ok) return identity;
  const body = parseJsonBody(request.body);
  if (!body.ok) return body;
  const patch = parseTwinPatch(body.value);
  if (!patch.ok) return patch;
  const precondition = parseTwinPrecondition(request.headers['if-match']);
  return answerTwin(write(identity.value, patch.value, precondition), request);
}

/** The device, or the module where the path names one. */
function parseTwinPath({ parameters }: HubRequest): Result<ClientIdentity> {
  return parseClientIdentity(parameters.deviceId ?? '', parameters.moduleId);
}

function answerTwin(twin: Result<JsonObject>, request: HubRequest): Result<Answer> {
  return twin.ok ? answerJson(formatTwin(twin.value, request.query)) : twin;
}
