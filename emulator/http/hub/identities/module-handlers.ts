import { formatModule } from '../../../domain/identities/identity-document.ts';
import { parseModulePath, parseModuleRequest } from '../../../domain/identities/identity-request.ts';
import type { Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerDone, answerText } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { parseClientPath, parseDevicePath } from '../path-parameters.ts';
import { parseIdentityPrecondition } from '../preconditions.ts';

export function listModules(hub: Hub, request: HttpRequest): Result<Answer> {
  const deviceId = parseDevicePath(request);
  if (!deviceId.ok) return deviceId;
  const modules = hub.modules.listModules(deviceId.value);
  if (!modules.ok) return modules;
  return answerText(`[${modules.value.map((module) => formatModule(module, 'stored')).join(',')}]`);
}

export function getModule(hub: Hub, request: HttpRequest): Result<Answer> {
  const identity = parseClientPath(request);
  if (!identity.ok) return identity;
  const module = hub.modules.getModule(identity.value);
  return module.ok ? answerText(formatModule(module.value, 'stored')) : module;
}

export function putModule(hub: Hub, request: HttpRequest): Result<Answer> {
  const path = parseModulePath(request.parameters.deviceId ?? '', request.parameters.moduleId ?? '');
  if (!path.ok) return path;
  const [deviceId, moduleId] = path.value;
  const wanted = parseJsonBody(request.body, (value) => parseModuleRequest(deviceId, moduleId, value));
  if (!wanted.ok) return wanted;
  const precondition = parseIdentityPrecondition(request.headers['if-match']);
  const module = hub.modules.createOrUpdateModule(wanted.value, precondition);
  if (!module.ok) return module;
  return answerText(formatModule(module.value, precondition.kind === 'none' ? 'created' : 'stored'));
}

export function deleteModule(hub: Hub, request: HttpRequest): Result<Answer> {
  const identity = parseClientPath(request);
  if (!identity.ok) return identity;
  const precondition = parseIdentityPrecondition(request.headers['if-match']);
  return answerDone(hub.modules.deleteModule(identity.value, precondition));
}
