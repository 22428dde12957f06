import type { IncomingHttpHeaders } from 'node:http';
import { request as sendRequest } from 'node:https';
import iotCommon from 'azure-iot-common';
import type { DeviceMethodRequest, DeviceMethodResponse } from 'azure-iot-device';
import iothub from 'azure-iothub';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROUTES } from '../../../emulator/http/hub/routes.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';
import { ANSWERS, type Answer, DEVIATIONS, WITHOUT_JSON } from './answers.ts';
import { compare, deserialize, type Finding, mapperOf } from './mappers.ts';

let hub: HubWithEmulator;
const findings: Finding[] = [];

beforeAll(async () => {
  hub = await startHubWithEmulator({ concurrentJobLimit: 10 });
  await provisionDevices();
  await scheduleJobs();
  hub.sendMessage({ deviceId: 'edge' }, { body: 'x', messageId: 'm', ack: 'full' });
  hub.purgeMessages({ deviceId: 'edge' });
});
afterAll(() => hub[Symbol.asyncDispose]());

async function provisionDevices(): Promise<void> {
  const registry = hub.registry();
  const edge = await registry.create({ deviceId: 'edge', capabilities: { iotEdge: true } });
  const { deviceScope } = edge.responseBody as unknown as { readonly deviceScope: string };
  await registry.create({ deviceId: 'leaf', deviceScope, status: 'disabled', statusReason: 'stolen' });
  const echo = (request: DeviceMethodRequest, response: DeviceMethodResponse) =>
    void response.send(200, request.payload);
  const device = await hub.provision({ deviceId: 'online' });
  const client = await device.connect('mqtt', { modelId: 'dtmi:com:example:Camera;1' });
  for (const name of ['echo', 'part*echo']) client.onDeviceMethod(name, echo);
  const module = await hub.provision({ deviceId: 'online', moduleId: 'camera' });
  (await module.connect()).onMethod('echo', echo as never);
  await hub.untilSubscribed(device, 'methods');
  await hub.untilSubscribed(module, 'methods');
}

async function scheduleJobs(): Promise<void> {
  const jobs = hub.jobClient();
  const inAnHour = new Date(Date.now() + 3_600_000);
  const call = { methodName: 'echo', payload: 1, responseTimeoutInSeconds: 10, connectTimeoutInSeconds: 0 };
  await jobs.scheduleTwinUpdate('failed', 'SELECT nonsense', { etag: '*' } as never, new Date(0), 60);
  await jobs.scheduleDeviceMethod('methods', "deviceId = 'online'", call, new Date(0), 60);
  await jobs.scheduleTwinUpdate('cancellable', '*', { etag: '*' } as never, inAnHour, 60);
  for (const jobId of ['failed', 'methods']) {
    while ((await jobs.getJob(jobId)).jobStatus.endTime === undefined);
  }
}

interface Reply {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function send(route: string, { path, body, headers }: Answer): Promise<Reply> {
  const { SharedAccessKey: key = '' } = iothub.ConnectionString.parse(hub.connectionString);
  const expiry = Math.floor(Date.now() / 1000) + 600;
  const token = iotCommon.SharedAccessSignature.create(hub.hostName, 'iothubowner', key, expiry);
  const apiVersion = path.includes('api-version')
    ? ''
    : `${path.includes('?') ? '&' : '?'}api-version=2021-04-12`;
  const { host, httpsPort: port, authorityPem: ca } = hub.emulator;
  return new Promise((resolve, reject) => {
    const request = sendRequest(
      {
        host,
        port,
        ca,
        servername: hub.hostName,
        method: route.split(' ')[0],
        path: `${path}${apiVersion}`,
        headers: { Authorization: token.toString(), 'Content-Type': 'application/json', ...headers },
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode, headers: response.headers, text });
        });
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

const isAmong = (list: readonly Finding[], finding: Finding) =>
  list.some(({ kind, member }) => kind === finding.kind && member === finding.member);

it('lists every supported operation in ANSWERS or in WITHOUT_JSON', () => {
  const operations = ROUTES.filter((route) => !('refused' in route)).map(
    ({ method, path }) => `${method} ${path}`,
  );
  expect([...Object.keys(ANSWERS), ...Object.keys(WITHOUT_JSON)].sort()).toEqual(operations.sort());
});

describe.each(Object.entries(ANSWERS))('answer to %s', (route, answers) => {
  it.each(answers)('matches the mapper $mapper of the SDK for the path $path', async (answer) => {
    const { status, headers, text } = await send(route, answer);
    expect(text).toBeTruthy();
    expect(status).toBe(answer.status ?? 200);
    expect(headers['content-type']).toMatch(/json/);
    for (const name of answer.promisedHeaders ?? []) expect(headers).toHaveProperty(name);
    const mapper = mapperOf(answer.mapper);
    const body: unknown = JSON.parse(text);
    expect(deserialize(mapper, body)).toBeDefined();
    const found = compare(mapper, body, { isPartial: answer.partial !== undefined });
    findings.push(...found);
    const isAsDescribed = (finding: Finding) => finding.kind === 'present' || isAmong(DEVIATIONS, finding);
    expect(found.filter((finding) => !isAsDescribed(finding))).toEqual([]);
  });
});

it('lists in DEVIATIONS only those that occur, and members that another answer contains', () => {
  expect(DEVIATIONS.filter((deviation) => !isAmong(findings, deviation))).toEqual([]);
  const missing = DEVIATIONS.filter(({ kind }) => kind === 'missing');
  const isNowhere = ({ member }: Finding) => !isAmong(findings, { kind: 'present', member });
  expect(missing.filter(isNowhere)).toEqual([]);
});
