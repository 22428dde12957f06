import { formatServiceConnectionString } from '../../emulator/domain/identities/connection-string.ts';
import { loadSdk } from '../../harness/clients/sdk.ts';
import { createAgent, type Wiring, withAgent } from '../../harness/clients/wiring.ts';
import { answer, settingsOf } from '../processes.ts';

export interface SdkRegistryLoad {
  readonly wiring: Wiring;
  readonly key: string;
  /** Begins the ids of the devices that are created. */
  readonly idPrefix: string;
  readonly count: number;
}

export interface SdkRegistryFigures {
  readonly createsPerSecond: number;
  readonly readsPerSecond: number;
}

// A back end with the real SDK: one operation after the other.
const { wiring, key, idPrefix, count } = settingsOf<SdkRegistryLoad>();
const agent = createAgent(wiring);
const connectionString = formatServiceConnectionString(wiring.hostName, 'iothubowner', key);
const registry = withAgent(loadSdk('azure-iothub').Registry.fromConnectionString(connectionString), agent);

const createsPerSecond = await rateOf((deviceId) => registry.create({ deviceId }));
const readsPerSecond = await rateOf((deviceId) => registry.get(deviceId));
answer({ createsPerSecond, readsPerSecond } satisfies SdkRegistryFigures);

async function rateOf(operation: (deviceId: string) => Promise<unknown>): Promise<number> {
  const start = performance.now();
  for (let index = 0; index < count; index++) await operation(`${idPrefix}-${index}`);
  return (count * 1000) / (performance.now() - start);
}
