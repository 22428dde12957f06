import { parseClientIdentity } from '../../../domain/identities/client-identity.ts';
import { parseJson } from '../../../domain/json.ts';
import type { MethodResponse } from '../../../domain/methods/method.ts';
import { createMethodCall, parseMethodCall } from '../../../domain/methods/method-request.ts';
import type { Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerText } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HubRequest } from '../../wire/route.ts';

/** Invokes a direct method of a device, or of a module where the path names one. */
export async function invokeMethod(hub: Hub, request: HubRequest): Promise<Result<Answer>> {
  const identity = parseClientIdentity(request.parameters.deviceId ?? '', request.parameters.moduleId);
  if (!identity.ok) return identity;
  const body = parseJsonBody(request.body);
  if (!body.ok) return body;
  const call = parseMethodCall(body.value);
  if (!call.ok) return call;
  const response = await hub.methods.invokeMethod(identity.value, call.value);
  if (!response.ok) return response;
  return answerText(`{"status":${response.value.status},"payload":${payloadOf(hub, response.value)}}`);
}

/** Invokes a command of a digital twin: a direct method that a component prefixes with its name. */
export async function invokeCommand(hub: Hub, request: HubRequest): Promise<Result<Answer>> {
  const { deviceId = '', component, command = '' } = request.parameters;
  const identity = parseClientIdentity(deviceId);
  if (!identity.ok) return identity;
  const payload = request.body.length === 0 ? null : parseJsonBody(request.body);
  if (payload?.ok === false) return payload;
  const call = createMethodCall({
    name: component === undefined ? command : `${component}*${command}`,
    payload: payload?.value,
    responseTimeout: parseNumber(request.query.get('responsetimeoutinseconds')),
    connectTimeout: parseNumber(request.query.get('connecttimeoutinseconds')),
  });
  if (!call.ok) return call;
  const response = await hub.methods.invokeMethod(identity.value, call.value);
  if (!response.ok) return response;
  const headers = ['x-ms-command-statuscode', String(response.value.status)];
  return answerText(payloadOf(hub, response.value), headers);
}

// A device may answer what is no JSON; spliced in, it would spoil the whole answer.
function payloadOf(hub: Hub, { payload }: MethodResponse): string {
  if (payload === '') return 'null';
  if (parseJson(payload).ok) return payload;
  hub.log('warn', 'method-answer-unreadable', {
    reason: 'The client answered what is no JSON, null goes on.',
  });
  return 'null';
}

// Text that is no number is left for the domain to refuse.
function parseNumber(text: string | undefined): number | string | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : text;
}
