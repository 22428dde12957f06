import { createRandomIds } from '../../emulator/clocks/random-ids.ts';
import { createSystemClock } from '../../emulator/clocks/system-clock.ts';
import { prepareEngine } from '../../emulator/command/engine.ts';
import { parseDeviceId } from '../../emulator/domain/identities/client-identity.ts';
import { parseDeviceRequest } from '../../emulator/domain/identities/identity-request.ts';
import { NO_PRECONDITION } from '../../emulator/domain/precondition.ts';
import { startEmulator } from '../../emulator/emulator.ts';
import { DEFAULT_HUB_OPTIONS, DEFAULT_KEY } from '../../emulator/emulator-options.ts';
import { announce, settingsOf } from '../processes.ts';

export interface EmulatorSettings {
  readonly deviceCount: number;
}

export interface EmulatorFacts {
  readonly hostName: string;
  readonly httpsPort: number;
  readonly mqttPort: number;
  readonly authorityPem: string;
  /** The primary key of every policy. */
  readonly key: string;
}

// The whole hub with `deviceCount` devices: d0, d1, …
prepareEngine();
const { deviceCount } = settingsOf<EmulatorSettings>();
const hostName = 'bench.iothub.test';
const { hub, httpsPort, mqttPort, authorityPem } = await startEmulator({
  host: '127.0.0.1',
  httpsPort: 0,
  mqttPort: 0,
  hub: { ...DEFAULT_HUB_OPTIONS, hostNames: [hostName] },
  clock: createSystemClock(),
  ids: createRandomIds(),
  log: (level, event, fields) => {
    if (level === 'error') console.error(event, fields);
  },
});
for (let index = 0; index < deviceCount; index++) {
  const deviceId = parseDeviceId(`d${index}`);
  if (!deviceId.ok) throw new Error(deviceId.error.message);
  const request = parseDeviceRequest(deviceId.value, {});
  if (request.ok) hub.devices.createOrUpdateDevice(request.value, NO_PRECONDITION);
}
globalThis.gc?.();
announce({ hostName, httpsPort, mqttPort, authorityPem, key: DEFAULT_KEY } satisfies EmulatorFacts);
