import { parseDeviceId } from '../../../domain/identities/client-identity.ts';
import { type DeviceIdentity, formatIdentityEtag } from '../../../domain/identities/identity.ts';
import { formatDevice, type IdentityForm } from '../../../domain/identities/identity-document.ts';
import { parseDeviceRequest } from '../../../domain/identities/identity-request.ts';
import type { Result } from '../../../domain/result.ts';
import type { Hub, IdentityView } from '../../../hub/hub.ts';
import { type Answer, answerDone, answerText } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HubRequest } from '../../wire/route.ts';
import { parseIdentityPrecondition } from '../preconditions.ts';

const MAXIMUM_LISTED = 1000;

export function getDevice(hub: Hub, request: HubRequest): Result<Answer> {
  const deviceId = parseDeviceId(request.parameters.deviceId ?? '');
  if (!deviceId.ok) return deviceId;
  return answerDevice(hub.registry.getDevice(deviceId.value), 'stored');
}

export function listDevices(hub: Hub, request: HubRequest): Result<Answer> {
  const devices = hub.registry.listDevices(parseTop(request.query.get('top')));
  return answerText(`[${devices.map((device) => formatDevice(device, 'stored')).join(',')}]`);
}

export function putDevice(hub: Hub, request: HubRequest): Result<Answer> {
  const deviceId = parseDeviceId(request.parameters.deviceId ?? '');
  if (!deviceId.ok) return deviceId;
  const body = parseJsonBody(request.body);
  if (!body.ok) return body;
  const device = parseDeviceRequest(deviceId.value, body.value);
  if (!device.ok) return device;
  const precondition = parseIdentityPrecondition(request.headers['if-match']);
  const isCreate = precondition.kind === 'none';
  const later = device.value.parentScopes === undefined ? 'stored' : 'updated';
  return answerDevice(hub.registry.putDevice(device.value, precondition), isCreate ? 'created' : later);
}

export function deleteDevice(hub: Hub, request: HubRequest): Result<Answer> {
  const deviceId = parseDeviceId(request.parameters.deviceId ?? '');
  if (!deviceId.ok) return deviceId;
  const precondition = parseIdentityPrecondition(request.headers['if-match']);
  return answerDone(hub.registry.deleteDevice(deviceId.value, precondition));
}

function answerDevice(device: Result<IdentityView<DeviceIdentity>>, form: IdentityForm): Result<Answer> {
  if (!device.ok) return device;
  const etag = formatIdentityEtag(device.value.identity.etagNumber);
  return answerText(formatDevice(device.value, form), ['ETag', `"${etag}"`]);
}

// Whatever is no number from 1 to 1000 counts as 1000.
function parseTop(text: string | undefined): number {
  const top = text !== undefined && /^\d+$/.test(text) ? Number(text) : MAXIMUM_LISTED;
  return top >= 1 && top <= MAXIMUM_LISTED ? top : MAXIMUM_LISTED;
}
