import { parseClientIdentity, parseDeviceId } from '../../../domain/identities/client-identity.ts';
import { formatModule } from '../../../domain/identities/identity-document.ts';
import { parseModulePath, parseModuleRequest } from '../../../domain/identities/identity-request.ts';
import type { Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerDone, answerText } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HubRequest } from '../../wire/route.ts';
import { parseIdentityPrecondition } from '../preconditions.ts';

export function listModules(hub: Hub, request: HubRequest): Result<Answer> {
  const deviceId = parseDeviceId(request.parameters.deviceId ?? '');
  if (!deviceId.ok) return deviceId;
  const modules = hub.registry.listModules(deviceId.value);
  return modules.ok
    ? answerText(`[${modules.value.map((module) => formatModule(module, 'stored')).join(',')}]`)
    : modules;
}

export function getModule(hub: Hub, request: HubRequest): Result<Answer> {
  const identity = parseClientIdentity(request.parameters.deviceId ?? '', request.parameters.moduleId ?? '');
  if (!identity.ok) return identity;
  const module = hub.registry.getModule(identity.value);
  return module.ok ? answerText(formatModule(module.value, 'stored')) : module;
}

export function putModule(hub: Hub, request: HubRequest): Result<Answer> {
  const path = parseModulePath(request.parameters.deviceId ?? '', request.parameters.moduleId ?? '');
  if (!path.ok) return path;
  const body = parseJsonBody(request.body);
  if (!body.ok) return body;
  const wanted = parseModuleRequest(path.value[0], path.value[1], body.value);
  if (!wanted.ok) return wanted;
  const precondition = parseIdentityPrecondition(request.headers['if-match']);
  const module = hub.registry.putModule(wanted.value, precondition);
  if (!module.ok) return module;
  return answerText(formatModule(module.value, precondition.kind === 'none' ? 'created' : 'stored'));
}

export function deleteModule(hub: Hub, request: HubRequest): Result<Answer> {
  const identity = parseClientIdentity(request.parameters.deviceId ?? '', request.parameters.moduleId ?? '');
  if (!identity.ok) return identity;
  const precondition = parseIdentityPrecondition(request.headers['if-match']);
  return answerDone(hub.registry.deleteModule(identity.value, precondition));
}
