import { once } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { expect, it } from 'vitest';
import { createRandomIds } from '../../../emulator/clocks/random-ids.ts';
import type { DeviceId } from '../../../emulator/domain/identities/client-identity.ts';
import { parseJobRequest } from '../../../emulator/domain/jobs/job-request.ts';
import { type Emulator, startEmulator } from '../../../emulator/emulator.ts';
import { DEFAULT_HUB_OPTIONS } from '../../../emulator/emulator-options.ts';
import type { LogFields } from '../../../emulator/hub/ports.ts';
import { readAll } from '../../listen/fixtures.ts';
import { register } from '../../mqtt/mqtt-hub.ts';
import { connectRawClient, policyTokenOf } from '../raw-device.ts';
import { openTls } from '../tls-client.ts';
import { createCountingClock } from './counting-clock.ts';

async function startCounted() {
  const clock = createCountingClock();
  const lines: { readonly level: string; readonly event: string; readonly fields: LogFields }[] = [];
  const emulator = await startEmulator({
    host: '127.0.0.1',
    httpsPort: 0,
    mqttPort: 0,
    hub: { ...DEFAULT_HUB_OPTIONS, hostNames: ['hub1.iothub.test'] },
    clock,
    ids: createRandomIds(),
    log: (level, event, fields) => lines.push({ level, event, fields }),
  });
  for (const id of ['device', 'device/module', 'offline']) register(emulator.hub, id);
  return { emulator, clock, lines };
}

/** Sends a service request with all permissions. `ended` is the answer so far when the connection ends. */
async function call(emulator: Emulator, method: string, path: string, body: string, length = body.length) {
  const socket = await openTls(emulator, emulator.httpsPort);
  const ended = readAll(socket);
  const head = [
    `${method} ${path}?api-version=2021-04-12 HTTP/1.1`,
    'Host: hub1.iothub.test',
    `Authorization: ${policyTokenOf(emulator, 'iothubowner')}`,
    `Content-Length: ${length}`,
  ];
  socket.write(`${head.join('\r\n')}\r\n\r\n${body}`);
  return { answered: new Promise((resolve) => socket.once('data', resolve)), ended };
}

const DEVICE = { deviceId: 'device' as DeviceId };
const SILENT_CALL = { methodName: 'silent', responseTimeoutInSeconds: 300 };
const WAITING_CALL = { methodName: 'any', connectTimeoutInSeconds: 30 };
const JOB = { type: 'scheduleDeviceMethod', cloudToDeviceMethod: SILENT_CALL, queryCondition: '*' };

it('closes a busy hub: every call, connection and timer ends', async () => {
  const { emulator, clock, lines } = await startCounted();
  const device = await connectRawClient(emulator, 'device');
  const module = await connectRawClient(emulator, 'device/module', { transport: 'mqtt-ws' });
  await device.subscribe(['$iothub/methods/POST/#', 0], ['devices/device/messages/devicebound/#', 1]);
  await module.subscribe(['$iothub/twin/PATCH/properties/desired/#', 0]);
  const silent = await call(emulator, 'POST', '/twins/device/methods', JSON.stringify(SILENT_CALL));
  await device.next('publish');
  const locked = await call(emulator, 'POST', '/devices/device/messages/devicebound', 'locked');
  await Promise.all([device.next('publish'), locked.answered]);
  const job = await call(emulator, 'PUT', '/jobs/v2/running', JSON.stringify(JOB));
  await Promise.all([device.next('publish'), job.answered]);
  const waiting = await call(emulator, 'POST', '/twins/offline/methods', JSON.stringify(WAITING_CALL));
  const incomplete = await call(emulator, 'PUT', '/devices/never', '{', 1000);
  for (let count = 0; count < 100; count++) device.publish('devices/device/messages/events/', 'in flight');
  expect(clock.timerCount).toBeGreaterThan(5);

  await Promise.all([emulator[Symbol.asyncDispose](), emulator[Symbol.asyncDispose]()]);
  expect(clock.timerCount).toBe(0);
  await Promise.all([device.closed, module.closed, locked.ended, job.ended]);
  for (const { ended } of [silent, waiting]) expect(await ended).toMatch(/^(HTTP\/1\.1 503 |$)/);
  expect(await incomplete.ended).toBe('');
  const ends = lines.filter(({ event }) => event === 'client-disconnected');
  expect(ends.map(({ fields }) => fields['reason'])).toEqual(['hub-closed', 'hub-closed']);
  expect(lines.filter(({ level }) => level === 'error' || level === 'warn')).toEqual([]);
  for (const port of [emulator.httpsPort, emulator.mqttPort]) {
    await expect(once(connectTcp(port, emulator.host), 'connect')).rejects.toMatchObject({
      code: 'ECONNREFUSED',
    });
  }
});

it('does not start timers for calls to a closed hub', async () => {
  const { emulator, clock } = await startCounted();
  await emulator[Symbol.asyncDispose]();
  const { hub } = emulator;
  const body = {
    body: Buffer.from('late'),
    ack: 'full',
    properties: { system: {}, application: {} },
  } as const;
  expect(hub.cloudToDevice.sendMessage(DEVICE, body).ok).toBe(true);
  const job = parseJobRequest('late', JOB);
  expect(job.ok && hub.jobs.createJob(job.value).ok).toBe(true);
  const call = { name: 'any', payload: 'null', connectTimeoutSeconds: 300, responseTimeoutSeconds: 300 };
  expect(await hub.methods.invokeMethod(DEVICE, call)).toMatchObject({
    error: { name: 'ServiceUnavailable' },
  });
  expect(clock.timerCount).toBe(0);
});

it('closes a hub while clients connect: all of their connections end', async () => {
  const { emulator, clock } = await startCounted();
  const ends: Promise<unknown>[] = [];
  for (const port of [emulator.httpsPort, emulator.mqttPort]) {
    for (let count = 0; count < 10; count++) {
      ends.push(readAll(connectTcp(port, emulator.host)));
      ends.push(openTls(emulator, port).then(readAll, () => undefined));
    }
  }
  for (const transport of ['mqtt', 'mqtt-ws'] as const) {
    for (let count = 0; count < 10; count++) {
      ends.push(
        connectRawClient(emulator, 'device', { transport }).then(
          ({ closed }) => closed,
          () => undefined,
        ),
      );
    }
  }
  // Some connections have progressed further than others.
  await Promise.race(ends.slice(-20));
  await emulator[Symbol.asyncDispose]();
  await Promise.all(ends);
  expect(clock.timerCount).toBe(0);
});
