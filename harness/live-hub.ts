import { randomBytes } from 'node:crypto';
import type { Registry } from 'azure-iothub';
import { loadSdk } from './clients/sdk.ts';
import { createHubUnderTest, type HubUnderTest } from './hub-under-test.ts';

/**
 * Connects to the live hub of the variable `IOTHUB_CONNECTION_STRING`. Throws if it is not set, or if
 * `IOTHUB_LIVE_TESTS` is not `1`, so that no hub is changed by accident.
 * The disposal deletes the devices that were provisioned here.
 */
export function connectTo(environment: Readonly<Record<string, string | undefined>>): HubUnderTest {
  const connectionString = environment['IOTHUB_CONNECTION_STRING'];
  if (connectionString === undefined || connectionString === '') {
    throw new Error('Set IOTHUB_CONNECTION_STRING to the connection string of the hub to connect to.');
  }
  if (environment['IOTHUB_LIVE_TESTS'] !== '1') {
    throw new Error('Set IOTHUB_LIVE_TESTS=1 to allow tests on the live hub of IOTHUB_CONNECTION_STRING.');
  }
  const { HostName } = loadSdk('azure-iothub').ConnectionString.parse(connectionString);
  return createHubUnderTest({
    hostName: HostName ?? '',
    connectionString,
    wiring: undefined,
    idPrefix: `test-${randomBytes(4).toString('hex')}-`,
    issueCertificate: () => {
      throw new Error(
        'Certificates can be issued for an emulated hub only, because a live hub does not trust their authority.',
      );
    },
    close: async ({ registry, deviceIds }) => {
      await Promise.all(deviceIds.map((deviceId) => deleteDevice(registry(), deviceId)));
    },
  });
}

// A test may have deleted the device already.
async function deleteDevice(registry: Registry, deviceId: string): Promise<void> {
  try {
    await registry.delete(deviceId);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DeviceNotFoundError') throw error;
  }
}
