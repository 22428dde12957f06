import { Readable } from 'node:stream';
import type iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type LocalHub, startHub } from '../../harness/harness.ts';
import { errorOf, failureOf } from './failures.ts';

let hub: LocalHub;
let registry: iothub.Registry;

beforeAll(async () => {
  hub = await startHub();
  registry = hub.registry();
});
afterAll(() => hub[Symbol.asyncDispose]());

const CONTAINER = 'https://storage.invalid/container';
const CONFIGURATION = { id: 'eco-mode', schemaVersion: '1.0', etag: 'MQ==' };

/** Returns the last operation that the hub has refused as not supported, from its log. */
function lastRefused(): unknown {
  return hub.log.findLast(({ event }) => event === 'operation-not-supported')?.fields['operation'];
}

describe('unsupported operation', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['PUT /configurations/:configurationId', () => registry.addConfiguration(CONFIGURATION)],
    ['GET /configurations/:configurationId', () => registry.getConfiguration('eco-mode')],
    ['GET /configurations', () => registry.getConfigurations()],
    ['PUT /configurations/:configurationId', () => registry.updateConfiguration(CONFIGURATION, true)],
    ['DELETE /configurations/:configurationId', () => registry.removeConfiguration('eco-mode')],
    [
      'POST /devices/:deviceId/applyConfigurationContent',
      () => registry.applyConfigurationContentOnDevice('edge', { modulesContent: {} }),
    ],
    ['POST /jobs/create', () => registry.importDevicesFromBlob(CONTAINER, CONTAINER)],
    ['POST /jobs/create', () => registry.importDevicesFromBlobByIdentity(CONTAINER, CONTAINER)],
    ['POST /jobs/create', () => registry.exportDevicesToBlob(CONTAINER, false)],
    ['POST /jobs/create', () => registry.exportDevicesToBlobByIdentity(CONTAINER, false)],
    ['GET /jobs', () => registry.listJobs()],
    ['GET /jobs/:jobId', () => registry.getJob('import')],
    ['DELETE /jobs/:jobId', () => registry.cancelJob('import')],
  ])('is refused to the service: %s', async (operation, call) => {
    expect(await failureOf(call())).toEqual({ error: 'Error', code: 'FeatureNotSupported' });
    expect(lastRefused()).toBe(operation);
  });

  it('is refused to a device: file upload', async () => {
    const client = await (await hub.provision()).connect();
    const begin = 'POST /devices/:deviceId/files';
    const file = Readable.from(['x']);
    expect((await errorOf(client.uploadToBlob('a.txt', file, 1))).name).toBe('BlobSasError');
    expect(lastRefused()).toBe(begin);
    expect((await errorOf(client.getBlobSharedAccessSignature('a.txt'))).message).toBeTruthy();
    expect(lastRefused()).toBe(begin);
    expect((await errorOf(client.notifyBlobUploadStatus('id', true, 200, 'done'))).message).toBeTruthy();
    expect(lastRefused()).toBe('POST /devices/:deviceId/files/notifications/:correlationId');
    await client.close();
  });
});
