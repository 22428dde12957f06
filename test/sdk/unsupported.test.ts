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

/** Returns the request and the operation that the hub refused last, from its log. */
function lastRefused(): unknown {
  const line = hub.log.findLast(({ event }) => event === 'operation-not-supported');
  return [`${line?.fields['method']} ${line?.fields['path']}`, line?.fields['operation']];
}

describe('unsupported operation', () => {
  it.each<[string, string, () => Promise<unknown>]>([
    [
      'PUT /configurations/eco-mode',
      'createOrUpdateConfiguration',
      () => registry.addConfiguration(CONFIGURATION),
    ],
    ['GET /configurations/eco-mode', 'getConfiguration', () => registry.getConfiguration('eco-mode')],
    ['GET /configurations', 'listConfigurations', () => registry.getConfigurations()],
    [
      'PUT /configurations/eco-mode',
      'createOrUpdateConfiguration',
      () => registry.updateConfiguration(CONFIGURATION, true),
    ],
    [
      'DELETE /configurations/eco-mode',
      'deleteConfiguration',
      () => registry.removeConfiguration('eco-mode'),
    ],
    [
      'POST /devices/edge/applyConfigurationContent',
      'applyConfigurationContent',
      () => registry.applyConfigurationContentOnDevice('edge', { modulesContent: {} }),
    ],
    [
      'POST /jobs/create',
      'createImportExportJob',
      () => registry.importDevicesFromBlob(CONTAINER, CONTAINER),
    ],
    [
      'POST /jobs/create',
      'createImportExportJob',
      () => registry.importDevicesFromBlobByIdentity(CONTAINER, CONTAINER),
    ],
    ['POST /jobs/create', 'createImportExportJob', () => registry.exportDevicesToBlob(CONTAINER, false)],
    [
      'POST /jobs/create',
      'createImportExportJob',
      () => registry.exportDevicesToBlobByIdentity(CONTAINER, false),
    ],
  ])('is refused to the service: %s', async (request, operation, call) => {
    const calling = call();
    expect(await failureOf(calling)).toEqual({ error: 'Error', code: 'FeatureNotSupported' });
    expect((await errorOf(calling)).message).toMatch(/come later|comes later/);
    expect(lastRefused()).toEqual([request, operation]);
  });

  it('is refused to a device: file upload', async () => {
    const device = await hub.provision();
    const client = await device.connect();
    const files = `POST /devices/${device.deviceId}/files`;
    const begin = [files, 'createFileUpload'];
    const file = Readable.from(['x']);
    expect((await errorOf(client.uploadToBlob('a.txt', file, 1))).name).toBe('BlobSasError');
    expect(lastRefused()).toEqual(begin);
    expect((await errorOf(client.getBlobSharedAccessSignature('a.txt'))).message).toBeTruthy();
    expect(lastRefused()).toEqual(begin);
    expect((await errorOf(client.notifyBlobUploadStatus('id', true, 200, 'done'))).message).toBeTruthy();
    expect(lastRefused()).toEqual([`${files}/notifications/id`, 'completeFileUpload']);
    await client.close();
  });
});
