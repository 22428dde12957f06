import { expect } from 'vitest';

const KEY = expect.stringMatching(/^[A-Za-z0-9+/]{43}=$/);
const KEYS = { primaryKey: KEY, secondaryKey: KEY };
const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT/);
const METADATA = expect.objectContaining({ $lastUpdated: TIME });
const UNTOUCHED = { $version: 1, $metadata: METADATA };
const PATCH = { telemetryIntervalSeconds: 30, requestedAt: TIME, $version: 2 };
const PATCHED = { ...PATCH, $metadata: expect.objectContaining({ telemetryIntervalSeconds: METADATA }) };

/** The headings and values that each scenario shows on a hub where its device does not exist yet. */
export const STORIES: Readonly<Record<string, (deviceId: string) => Readonly<Record<string, unknown>>>> = {
  'create-module': (deviceId) => ({ [`Device '${deviceId}'`]: KEYS, "Module 'scenario-module'": KEYS }),
  'update-module-twin-desired-properties': () => ({
    'The twin before': UNTOUCHED,
    'The twin after': PATCHED,
  }),
  'module-twin': (deviceId) => ({
    [`Create: the keys of device '${deviceId}'`]: KEYS,
    "Create: the keys of module 'scenario-module'": KEYS,
    'Update: the desired properties before': UNTOUCHED,
    'Update: the desired properties after': PATCHED,
    'Receive: the patch as the module received it': PATCH,
  }),
  'module-twin-x509': () => ({
    "Create: the thumbprint of module 'scenario-module-x509'": {
      primaryThumbprint: expect.stringMatching(/^[0-9A-F]{40}$/),
      secondaryThumbprint: expect.stringMatching(/^[0-9A-F]{40}$/),
    },
    'Update: the desired properties before': UNTOUCHED,
    'Update: the desired properties after': PATCHED,
    'Receive: the patch as the module received it': PATCH,
  }),
  'device-twin': (deviceId) => ({
    'Create: the device connects with': expect.stringContaining(`;DeviceId=${deviceId};SharedAccessKey=`),
    'Update: the desired properties before': UNTOUCHED,
    'Update: the desired properties after': PATCHED,
    'Receive: the patch as the device received it': PATCH,
  }),
  'direct-method': () => ({
    'While the device is offline': { error: expect.any(String) },
    'The device received the call': { method: 'reboot', payload: { delaySeconds: 5 } },
    'The response of the device': { status: 200, payload: { rebootingIn: 5 } },
  }),
  'cloud-to-device': () => ({
    'While the device is offline': { waiting: 1 },
    'The device received': { body: 'Good morning' },
  }),
  telemetry: (deviceId) => ({
    [`Sent by '${deviceId}' and acknowledged`]: { temperature: 21.5 },
    'The last activity time of the twin': TIME,
  }),
  'query-and-job': (deviceId) => ({
    'Devices on the second floor': expect.arrayContaining([`${deviceId}-north`, `${deviceId}-south`]),
    'The job': {
      status: 'completed',
      statistics: expect.objectContaining({ failedCount: 0, runningCount: 0, pendingCount: 0 }),
    },
    'A twin after the job': expect.objectContaining({ ecoMode: true, $version: 2 }),
  }),
  'plug-and-play-thermostat': (deviceId) => ({
    'The digital twin': {
      $dtId: `${deviceId}-thermostat`,
      targetTemperature: 21.5,
      $metadata: expect.objectContaining({ $model: 'dtmi:com:example:Thermostat;1' }),
    },
    'The response to the command': {
      status: 200,
      body: { since: '1970-01-01T00:00:00.000Z', maximum: 23, minimum: 19 },
    },
  }),
};
