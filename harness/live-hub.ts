import { randomBytes } from 'node:crypto';
import type { Registry } from 'azure-iothub';
import { loadSdk } from './clients/sdk.ts';
import { createHubUnderTest, type HubUnderTest } from './hub-under-test.ts';

/**
 * The same clients for the hub that `IOTHUB_CONNECTION_STRING` names. Nobody's hub is touched by chance:
 * `IOTHUB_LIVE_TESTS=1` has to be set too. Disposing deletes the devices that were provisioned here.
 */
export function connectTo(environment: Readonly<Record<string, string | undefined>>): HubUnderTest {
  const connectionString = environment['IOTHUB_CONNECTION_STRING'];
  if (connectionString === undefined || connectionString === '') {
    throw new Error('Set IOTHUB_CONNECTION_STRING to the connection string of the hub to connect to.');
  }
  if (environment['IOTHUB_LIVE_TESTS'] !== '1') {
    throw new Error(
      'Set IOTHUB_LIVE_TESTS=1 to let tests work on the hub that IOTHUB_CONNECTION_STRING names.',
    );
  }
  const { HostName } = loadSdk('azure-iothub').ConnectionString.parse(connectionString);
  return createHubUnderTest({
    hostName: HostName ?? '',
    connectionString,
    wiring: undefined,
    idPrefix: `test-${randomBytes(4).toString('hex')}-`,
    issueCertificate: () => {
      throw new Error(
        'Certificates are issued for an emulated hub only: a live one does not know their authority.',
      );
    },
    close: async ({ registry, deviceIds }) => {
      await Promise.all(deviceIds.map((deviceId) => deleteDevice(registry(), deviceId)));
    },
  });
}

// A test may have deleted it already.
async function deleteDevice(registry: Registry, deviceId: string): Promise<void> {
  try {
    await registry.delete(deviceId);
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'DeviceNotFoundError') throw error;
  }
}
