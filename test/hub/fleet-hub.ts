import { createManualClock, type ManualClock } from '../../emulator/clocks/manual-clock.ts';
import { parseDeviceRequest, parseModuleRequest } from '../../emulator/domain/identities/identity-request.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../emulator/domain/json.ts';
import { NO_PRECONDITION } from '../../emulator/domain/precondition.ts';
import { parseTwinContent } from '../../emulator/domain/twins/twin-content.ts';
import { DEFAULT_HUB_OPTIONS } from '../../emulator/emulator-options.ts';
import type { Hub } from '../../emulator/hub/hub.ts';
import { createHub } from '../../emulator/hub/hub.ts';
import { createRecordingConnection } from '../fakes/recording-connection.ts';
import { createSequentialIds } from '../fakes/sequential-ids.ts';
import { DEVICES, ROWS } from '../query/fleet.ts';
import { deviceIdOf, identityOf, messageOf, succeeded } from './quiet-hub.ts';

// The ticks of this time are 638700000000000000, as in the parent scope of the camera.
const GATEWAY_CREATED_UTC = Date.UTC(2024, 11, 17, 2, 40);
const NEVER = '0001-01-01T00:00:00Z';
const ANY = { kind: 'any' } as const;

/** Creates a hub in the state of the worked queries: clients are registered, were active, and some are connected. */
export function createFleetHub(): { readonly hub: Hub; readonly clock: ManualClock } {
  const clock = createManualClock(GATEWAY_CREATED_UTC - 60_000);
  // The messages for the disabled device must not expire.
  const cloudToDevice = { ...DEFAULT_HUB_OPTIONS.cloudToDevice, defaultTimeToLiveSeconds: 365 * 86_400 };
  const options = { ...DEFAULT_HUB_OPTIONS, hostNames: ['myhub.azure-devices.net'], cloudToDevice };
  const ports = { clock, ids: createSequentialIds(), log: () => undefined };
  const hub = succeeded(createHub(options, ports));
  for (const device of DEVICES) {
    if (device.deviceId === 'gw-01') clock.advance(GATEWAY_CREATED_UTC - clock.now());
    putDevice(hub, device, 'create');
  }
  for (const module of ROWS['devices.modules']) putModule(hub, module);
  for (let count = 0; count < 3; count++)
    succeeded(hub.cloudToDevice.sendMessage(identityOf('th-03'), messageOf('hello')));
  for (const device of DEVICES.toSorted(byActivity)) {
    if (device.lastActivityTime !== NEVER) {
      clock.advance(Date.parse(String(device.lastActivityTime)) - clock.now());
      visit(hub, device);
    }
    // An update now, because the parent of the camera exists and the disabled device has connected.
    if (device.deviceId === 'cam-01' || device.status === 'disabled') putDevice(hub, device, 'update');
  }
  return { hub, clock };
}

function byActivity(left: JsonObject, right: JsonObject): number {
  return String(left.lastActivityTime) < String(right.lastActivityTime) ? -1 : 1;
}

function putDevice(hub: Hub, device: JsonObject, mode: 'create' | 'update'): void {
  const { authenticationType, capabilities, status } = device;
  const body: JsonObject = {
    capabilities: capabilities ?? null,
    status: mode === 'create' ? 'enabled' : (status ?? null),
    ...(authenticationType === 'selfSigned'
      ? { authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: 'a'.repeat(40) } } }
      : {}),
    ...(mode === 'update' && device.deviceScope !== undefined ? { deviceScope: device.deviceScope } : {}),
  };
  const request = succeeded(parseDeviceRequest(deviceIdOf(String(device.deviceId)), body));
  succeeded(
    hub.devices.createOrUpdateDevice(request, mode === 'create' ? NO_PRECONDITION : ANY, contentOf(device)),
  );
  if (mode === 'create') raiseDesiredVersion(hub, device);
}

function putModule(hub: Hub, module: JsonObject): void {
  const identity = identityOf(`${module.deviceId}/${module.moduleId}`);
  if (hub.twins.getTwin(identity).ok) visit(hub, module);
  else {
    const { deviceId, moduleId } = identity;
    if (moduleId === undefined) return;
    const request = succeeded(parseModuleRequest(deviceId, moduleId, {}));
    succeeded(hub.modules.createOrUpdateModule(request, NO_PRECONDITION, contentOf(module)));
  }
  raiseDesiredVersion(hub, module);
}

function contentOf(document: JsonObject) {
  return succeeded(parseTwinContent({ tags: document.tags ?? {}, properties: document.properties ?? {} }));
}

/** Updates desired properties until they have the version of the document. This adds a property `round`. */
function raiseDesiredVersion(hub: Hub, document: JsonObject): void {
  const lastVersion = sectionOf(document, 'desired').$version;
  for (let version = 1; version < Number(lastVersion); version++) {
    const desired = version === 1 ? { ...membersOf(document, 'desired'), round: 1 } : { round: version };
    succeeded(hub.twins.updateTwin(clientOf(document), { desired }, NO_PRECONDITION));
  }
}

/** Connects the client, updates its reported properties, and disconnects it if the document shows it as disconnected. */
function visit(hub: Hub, document: JsonObject): void {
  const identity = clientOf(document);
  const client = { identity, method: { scope: 'device', type: 'sas' } } as const;
  const modelId = typeof document.modelId === 'string' ? document.modelId : '';
  const session = hub.sessions.open(client, createRecordingConnection(), { modelId });
  session.begin();
  succeeded(session.updateReportedProperties(membersOf(document, 'reported')));
  if (document.connectionState === 'Disconnected') session.close('graceful');
}

function clientOf({ deviceId, moduleId }: JsonObject) {
  return identityOf(moduleId === undefined ? String(deviceId) : `${deviceId}/${moduleId}`);
}

function membersOf(document: JsonObject, name: string): JsonObject {
  const { $version: _version, ...members } = sectionOf(document, name);
  return members;
}

function sectionOf({ properties }: JsonObject, name: string): JsonObject {
  const section: JsonValue | undefined = isJsonObject(properties)
    ? (properties as JsonObject)[name]
    : undefined;
  return isJsonObject(section) ? section : {};
}
