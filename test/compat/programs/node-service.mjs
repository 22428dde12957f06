import { call, expectEqual, load, runFeatures } from './features.mjs';
import { startPeerDevice } from './peer-device.mjs';

// A back end of any version of azure-iothub, by callbacks.

const { Client, JobClient, Registry } = load('azure-iothub');
const CONNECTION_STRING = process.env.IOTHUB_CONNECTION_STRING;
const PEER = 'compat';

const registry = Registry.fromConnectionString(CONNECTION_STRING);

await runFeatures({
  identities: useIdentities,
  bulk: useBulkCalls,
  module: useModules,
  twin: useTwin,
  query: useQuery,
  directMethod: invokeMethod,
  jobs: runTwinJob,
  cloudToDevice: sendMessage,
});

async function useIdentities() {
  const created = await call(registry, 'create', { deviceId: 'sensor' });
  const device = await call(registry, 'get', 'sensor');
  expectEqual([device.deviceId, keyOf(device)], ['sensor', keyOf(created)]);
  await call(registry, 'update', { ...device, status: 'disabled', statusReason: 'in repair' });
  expectEqual((await call(registry, 'get', 'sensor')).statusReason, 'in repair');
  expectEqual((await call(registry, 'list')).map(({ deviceId }) => deviceId).sort(), [PEER, 'sensor']);
  await call(registry, 'delete', 'sensor');
}

async function useBulkCalls() {
  const devices = [{ deviceId: 'bulk-1' }, { deviceId: 'bulk-2' }];
  const withKeys = devices.map((device) => ({ ...device, status: 'enabled', authentication: keys() }));
  expectEqual((await call(registry, 'addDevices', withKeys)).isSuccessful, true);
  expectEqual((await call(registry, 'removeDevices', devices, true)).isSuccessful, true);
}

async function useModules() {
  const created = await call(registry, 'addModule', { deviceId: PEER, moduleId: 'logger' });
  expectEqual((await call(registry, 'getModule', PEER, 'logger')).moduleId, created.moduleId);
  await call(registry, 'updateModuleTwin', PEER, 'logger', { properties: { desired: { interval: 5 } } }, '*');
  expectEqual((await call(registry, 'getModuleTwin', PEER, 'logger')).properties.desired.interval, 5);
  await call(registry, 'removeModule', PEER, 'logger');
}

async function useTwin() {
  const twin = await call(registry, 'getTwin', PEER);
  await call(twin, 'update', { tags: { floor: 2 }, properties: { desired: { interval: 30 } } });
  const patched = await call(registry, 'updateTwin', PEER, { tags: { room: 'é' } }, '*');
  expectEqual(patched.tags, { floor: 2, room: 'é' });
  expectEqual((await call(registry, 'getTwin', PEER)).properties.desired.interval, 30);
}

async function useQuery() {
  const query = registry.createQuery(`SELECT * FROM devices WHERE deviceId = '${PEER}'`, 10);
  expectEqual(
    (await call(query, 'nextAsTwin')).map(({ deviceId }) => deviceId),
    [PEER],
  );
}

async function invokeMethod() {
  await startPeerDevice();
  const client = Client.fromConnectionString(CONNECTION_STRING);
  const answer = await call(client, 'invokeDeviceMethod', PEER, {
    methodName: 'echo',
    payload: { n: 1 },
    responseTimeoutInSeconds: 10,
    connectTimeoutInSeconds: 10,
  });
  expectEqual([answer.status, answer.payload], [200, { echoed: { n: 1 } }]);
}

async function runTwinJob() {
  const jobs = JobClient.fromConnectionString(CONNECTION_STRING);
  const patch = { etag: '*', tags: { job: 'done' } };
  const condition = `deviceId = '${PEER}'`;
  await call(jobs, 'scheduleTwinUpdate', 'job-1', condition, patch, new Date(), 60);
  for (;;) {
    const { status } = await call(jobs, 'getJob', 'job-1');
    if (status === 'completed') break;
    if (status === 'failed' || status === 'cancelled') throw new Error(`the job has ${status}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expectEqual((await call(registry, 'getTwin', PEER)).tags.job, 'done');
}

/** The only call of the SDK that does not use HTTPS. */
async function sendMessage() {
  const client = Client.fromConnectionString(CONNECTION_STRING);
  await call(client, 'open');
  await call(client, 'send', PEER, '{"switch":"on"}');
}

function keyOf(device) {
  return (device.authentication.symmetricKey ?? device.authentication.SymmetricKey).primaryKey;
}

function keys() {
  const key = Buffer.from('a key of sixteen').toString('base64');
  return { symmetricKey: { primaryKey: key, secondaryKey: key } };
}
