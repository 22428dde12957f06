import type { ClientIdentity } from '../../../domain/identities/client-identity.ts';
import { parseJson } from '../../../domain/json.ts';
import type { MethodResponse } from '../../../domain/methods/method.ts';
import { createMethodCall, parseMethodCall } from '../../../domain/methods/method-request.ts';
import type { Operation } from '../../../domain/operations.ts';
import { ok, type Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerText } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { parseClientPath } from '../path-parameters.ts';

/** Invokes a direct method of a device or, if the path names one, of a module. */
export async function invokeMethod(hub: Hub, request: HttpRequest): Promise<Result<Answer>> {
  const identity = parseClientPath(request);
  if (!identity.ok) return identity;
  const call = parseJsonBody(request.body, parseMethodCall);
  if (!call.ok) return call;
  const response = await hub.methods.invokeMethod(identity.value, call.value);
  if (!response.ok) return response;
  return answerText(
    `{"status":${response.value.status},"payload":${payloadOf(hub, 'invokeMethod', identity.value, response.value)}}`,
  );
}

/** Invokes a command of a digital twin as a direct method. The name of its component, if any, is a prefix. */
export async function invokeCommand(hub: Hub, request: HttpRequest): Promise<Result<Answer>> {
  const { component, command = '' } = request.parameters;
  const identity = parseClientPath(request);
  if (!identity.ok) return identity;
  const payload = request.body.length === 0 ? undefined : parseJsonBody(request.body, ok);
  if (payload?.ok === false) return payload;
  const call = createMethodCall({
    name: component === undefined ? command : `${component}*${command}`,
    payload: payload?.value,
    responseTimeout: request.query.get('responsetimeoutinseconds'),
    connectTimeout: request.query.get('connecttimeoutinseconds'),
  });
  if (!call.ok) return call;
  const response = await hub.methods.invokeMethod(identity.value, call.value);
  if (!response.ok) return response;
  const headers = ['x-ms-command-statuscode', String(response.value.status)];
  return answerText(payloadOf(hub, 'invokeCommand', identity.value, response.value), headers);
}

// IoT Hub copies a payload that is not JSON into its answer, which no service client can then parse. Sources:
// Azure/azure-iot-sdk-node#736, Azure/azure-iot-sdk-c#1641.
function payloadOf(
  hub: Hub,
  operation: Operation,
  identity: ClientIdentity,
  { payload }: MethodResponse,
): string {
  if (payload === '') return 'null';
  if (!parseJson(payload).ok) {
    const message = 'The payload of the method response is not JSON. The caller receives it unchanged.';
    hub.log('warn', 'method-answer-unreadable', { ...identity, operation, message });
  }
  return payload;
}
