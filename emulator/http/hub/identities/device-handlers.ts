import { type DeviceIdentity, formatIdentityEtag } from '../../../domain/identities/identity.ts';
import {
  formatDevice,
  type IdentityForm,
  type IdentityView,
} from '../../../domain/identities/identity-document.ts';
import { parseDeviceRequest } from '../../../domain/identities/identity-request.ts';
import type { Result } from '../../../domain/result.ts';
import type { Hub } from '../../../hub/hub.ts';
import { type Answer, answerDone, answerText } from '../../wire/answers.ts';
import { parseJsonBody } from '../../wire/request-body.ts';
import type { HttpRequest } from '../../wire/route.ts';
import { parseDevicePath } from '../path-parameters.ts';
import { parseIdentityPrecondition } from '../preconditions.ts';

const MAXIMUM_LISTED = 1000;

export function getDevice(hub: Hub, request: HttpRequest): Result<Answer> {
  const deviceId = parseDevicePath(request);
  return deviceId.ok ? answerDevice(hub.devices.getDevice(deviceId.value), 'stored') : deviceId;
}

export function listDevices(hub: Hub, { query }: HttpRequest): Result<Answer> {
  const devices = hub.devices.listDevices(parseTop(query.get('top')));
  return answerText(`[${devices.map((device) => formatDevice(device, 'stored')).join(',')}]`);
}

export function putDevice(hub: Hub, request: HttpRequest): Result<Answer> {
  const deviceId = parseDevicePath(request);
  if (!deviceId.ok) return deviceId;
  const device = parseJsonBody(request.body, (value) => parseDeviceRequest(deviceId.value, value));
  if (!device.ok) return device;
  const precondition = parseIdentityPrecondition(request.headers['if-match']);
  const updated = device.value.parentScopes === undefined ? 'stored' : 'updated';
  const form = precondition.kind === 'none' ? 'created' : updated;
  return answerDevice(hub.devices.createOrUpdateDevice(device.value, precondition), form);
}

export function deleteDevice(hub: Hub, request: HttpRequest): Result<Answer> {
  const deviceId = parseDevicePath(request);
  if (!deviceId.ok) return deviceId;
  const precondition = parseIdentityPrecondition(request.headers['if-match']);
  return answerDone(hub.devices.deleteDevice(deviceId.value, precondition));
}

function answerDevice(device: Result<IdentityView<DeviceIdentity>>, form: IdentityForm): Result<Answer> {
  if (!device.ok) return device;
  const etag = formatIdentityEtag(device.value.identity.etagNumber);
  return answerText(formatDevice(device.value, form), ['ETag', `"${etag}"`]);
}

// Anything but a number from 1 to 1000 counts as 1000.
function parseTop(text: string | undefined): number {
  const top = text !== undefined && /^\d+$/.test(text) ? Number(text) : MAXIMUM_LISTED;
  return top >= 1 && top <= MAXIMUM_LISTED ? top : MAXIMUM_LISTED;
}
