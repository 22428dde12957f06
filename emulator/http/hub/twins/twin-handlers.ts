import type { JsonObject } from '../../../domain/json.ts';
import type { Result } from '../../../domain/result.ts';
import { parseTwinPatch } from '../../../domain/twins/twin-request.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerJson } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { parseClientPath } from '../path-parameters.ts';
import { parseTwinPrecondition } from '../preconditions.ts';
import type { ServiceHandler } from '../route.ts';
import { formatTwin } from './twin-format.ts';

export function getTwin(hub: Hub, request: HttpRequest): Result<Answer> {
  const identity = parseClientPath(request);
  return identity.ok ? answerTwin(hub.twins.getTwin(identity.value), request) : identity;
}

/** Updates a twin (PATCH). */
export const updateTwin = createWriter('updateTwin');

/** Replaces a twin (PUT). */
export const replaceTwin = createWriter('replaceTwin');

function createWriter(write: 'updateTwin' | 'replaceTwin'): ServiceHandler {
  return (hub, request) => {
    const identity = parseClientPath(request);
    if (!identity.ok) return identity;
    const patch = parseJsonBody(request.body, parseTwinPatch);
    if (!patch.ok) return patch;
    const precondition = parseTwinPrecondition(request.headers['if-match']);
    return answerTwin(hub.twins[write](identity.value, patch.value, precondition), request);
  };
}

function answerTwin(twin: Result<JsonObject>, request: HttpRequest): Result<Answer> {
  return twin.ok ? answerJson(formatTwin(twin.value, request.query)) : twin;
}
