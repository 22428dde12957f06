import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClientCertificate } from '../../emulator/certificates/leaf.ts';
import { temporaryFolder } from '../command/command.ts';
import { runScenario, shownIn } from './scenario-programs.ts';
import { STORIES } from './stories.ts';

const connectionString = process.env['IOTHUB_CONNECTION_STRING'] ?? '';
// A connection string alone must not let a test change a live hub.
const isEnabled = process.env['IOTHUB_LIVE_TESTS'] === '1' && connectionString !== '';
const PREFIX = `live-${randomBytes(4).toString('hex')}`;
/** The suffixes that scenarios append to their device id. */
const SUFFIXES = ['', '-north', '-south', '-thermostat'];

describe.skipIf(!isEnabled)(
  'scenario on a live hub (needs IOTHUB_LIVE_TESTS=1 and IOTHUB_CONNECTION_STRING)',
  { timeout: 120_000 },
  () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let certificate: { readonly IOTHUB_MODULE_CERTIFICATE: string; readonly IOTHUB_MODULE_KEY: string };

    beforeAll(async () => {
      folder = await temporaryFolder();
      certificate = {
        IOTHUB_MODULE_CERTIFICATE: join(folder.path, 'module.cert.pem'),
        IOTHUB_MODULE_KEY: join(folder.path, 'module.key.pem'),
      };
      const commonName = `${PREFIX}-module-twin-x509/scenario-module-x509`;
      const { certificatePem, keyPem } = await createClientCertificate({ commonName, now: Date.now() });
      await writeFile(certificate.IOTHUB_MODULE_CERTIFICATE, certificatePem);
      await writeFile(certificate.IOTHUB_MODULE_KEY, keyPem);
    });
    afterAll(async () => {
      await folder[Symbol.asyncDispose]();
      const registry = iothub.Registry.fromConnectionString(connectionString);
      for (const scenario of Object.keys(STORIES))
        for (const suffix of SUFFIXES) await deleteDevice(registry, `${PREFIX}-${scenario}${suffix}`);
    }, 120_000);

    it.each(Object.keys(STORIES))('%s shows the expected values', async (scenario) => {
      const deviceId = `${PREFIX}-${scenario}`;
      const variables = { SCENARIO_DEVICE_ID: deviceId, ...certificate };
      const result = await runScenario('tsx', scenario, { ...environment(), ...variables });
      expect(result).toMatchObject({ code: 0, stderr: '' });
      expect(shownIn(result)).toEqual(STORIES[scenario]?.(deviceId));
    });
  },
);

function environment(): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

async function deleteDevice(registry: iothub.Registry, deviceId: string): Promise<void> {
  await registry.delete(deviceId).catch((error: Error) => {
    if (error.name !== 'DeviceNotFoundError') throw error;
  });
}
