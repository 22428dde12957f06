import { DEFAULT_KEY } from '../../../emulator/emulator-options.ts';
import type { HubRoute } from '../../../emulator/http/hub/route.ts';
import { ROUTES } from '../../../emulator/http/hub/routes.ts';
import { formatSasToken } from '../../auth/format-sas-token.ts';
import { mutateBytes, mutateJson } from './mutations.ts';
import type { Random } from './random.ts';

/** A request of a hostile client. It may be valid, invalid or malformed. */
export interface HostileRequest {
  readonly bytes: Buffer;
  /** True if bytes were changed after the request was built, so that its end may differ. */
  readonly isBroken: boolean;
}

/** The devices and modules that only hostile clients use. */
export const TARGETS = { devices: ['test-1', 'test-2', 'test-3', 'test-4'], modules: ['m1', 'm2'] } as const;

const POLICIES = ['iothubowner', 'service', 'device', 'registryRead', 'absent'];
const WORKING = ROUTES.filter((route) => !('refused' in route));
const METHODS = ['GET', 'PUT', 'PATCH', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'TRACE', 'MERGE', 'PROPFIND'];
const WORDS = [
  '%',
  '%2F',
  '%ff',
  '%00',
  '..',
  '.',
  '',
  '$edgeHub',
  'a%20b',
  '*',
  'x'.repeat(200),
  '%C3%A9',
  '"<>\\^`{|}',
  '%25%32%46',
  '__proto__',
];
const QUERIES = [
  '',
  '?',
  '?api-version=1',
  '?&=&%=',
  '?api-version=2021-04-12&api-version=',
  '?api-version=2099-01-01-preview&top=%',
  '?api-version=2021-04-12&top=99999999999999999999',
  '?api-version=2021-04-12&reject',
  '?api-version=2021-04-12&connectTimeoutInSeconds=-1&responseTimeoutInSeconds=1e9',
  '?api-version=2021-04-12&jobType=x&jobStatus=y',
];
const HEADERS = [
  'If-Match: *',
  'If-Match: ""',
  'If-Match: "AAAA"',
  'If-Match: "\u00e9"',
  'X-HTTP-Method-Override: PATCH',
  'X-HTTP-Method-Override: \u00ff',
  'Content-Type: application/vnd.microsoft.iothub.json',
  'Content-Type: \u00e9;;=',
  'x-ms-edge-moduleId: test-1/m1',
  'x-ms-edge-moduleId: ///',
  'iothub-app-: ',
  'iothub-app-a%: \u00fc\u0080',
  'iothub-messageid: ',
  'iothub-expiry: 9999-99-99',
  'iothub-ack: full',
  'iothub-ack: perhaps',
  'x-ms-max-item-count: -1',
  'x-ms-max-item-count: 1e9',
  'x-ms-continuation: AAAA',
  'Expect: 100-continue',
  'Cookie: a=b',
  `X-Long: ${'x'.repeat(9000)}`,
];

/** Creates requests to every operation of the HTTPS API: valid ones and mutations of them. */
export function createHostileRequests(hostName: string): (random: Random) => HostileRequest {
  const expirySeconds = Math.floor(Date.now() / 1000) + 3600;
  const token = (policyName: string, expiry: number, key = DEFAULT_KEY): string =>
    formatSasToken({ resource: hostName, key, expirySeconds: expiry, policyName });
  const valid = new Map(POLICIES.map((name) => [name, token(name, expirySeconds)]));
  const invalid = [
    token('iothubowner', expirySeconds - 36_000),
    token('iothubowner', expirySeconds, Buffer.alloc(32).toString('base64')),
    'SharedAccessSignature sr=&sig=&se=&skn=',
    'SharedAccessSignature sr=%&sig=%ff&se=1e999&skn=iothubowner',
    'Bearer e30.e30.',
    'Basic e30=',
    '\u00ff',
  ];
  return (random) => {
    const route = random.pick(random.oneIn(10) ? ROUTES : WORKING);
    const method = random.oneIn(12) ? random.pick(METHODS) : route.method;
    const randomQuery = random.oneIn(6) ? random.pick(QUERIES) : '?api-version=2021-04-12';
    const query = route.path.includes('?') ? randomQuery.replace('?', '&') : randomQuery;
    const body = bodyOf(random, route, method);
    const lines = [`${method} ${pathOf(random, route)}${query} HTTP/1.1`, `Host: ${hostName}`];
    const refused = random.oneIn(15) ? random.pick(invalid) : undefined;
    const right = route.permissions.includes('DeviceConnect') ? 'device' : 'iothubowner';
    const policy = random.oneIn(10) ? random.pick(POLICIES) : right;
    if (!random.oneIn(20)) lines.push(`Authorization: ${refused ?? valid.get(policy)}`);
    for (let count = random.below(3); count > 0; count--) lines.push(random.pick(HEADERS));
    const isChunked = body.length > 0 && random.oneIn(5);
    if (isChunked) lines.push('Transfer-Encoding: chunked');
    else if (body.length > 0 || random.oneIn(3)) lines.push(`Content-Length: ${body.length}`);
    const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
    const bytes = Buffer.concat([head, isChunked ? inChunks(random, body) : body]);
    const isBroken = random.oneIn(40);
    return { bytes: isBroken ? mutateBytes(random, bytes) : bytes, isBroken };
  };
}

function pathOf(random: Random, { path }: HubRoute): string {
  const ids: Readonly<Record<string, readonly string[]>> = {
    ':deviceId': TARGETS.devices,
    ':moduleId': TARGETS.modules,
    ':jobId': ['job-1', 'job-2', 'job-3'],
  };
  const filled = path.replaceAll(/:\w+/g, (name) =>
    random.oneIn(10) ? random.pick(WORDS) : random.pick(ids[name] ?? ['a', 'b']),
  );
  if (!random.oneIn(15)) return filled;
  // Malformed HTTP is created by the broken requests.
  return `/${mutateBytes(random, Buffer.from(filled))
    .toString('latin1')
    .replaceAll(/[^!-~]/g, '+')}`;
}

function bodyOf(random: Random, { path, method: routeMethod }: HubRoute, method: string): Buffer {
  if (method === 'GET' && !random.oneIn(20)) return Buffer.alloc(0);
  const valid = random.pick(BODIES[`${routeMethod} ${path}`] ?? [{}]);
  if (typeof valid === 'string') return mutateBytes(random, Buffer.from(valid));
  if (random.oneIn(3)) return Buffer.from(JSON.stringify(valid));
  const bytes = Buffer.from(JSON.stringify(mutateJson(random, valid as Parameters<typeof mutateJson>[1])));
  return random.oneIn(6) ? mutateBytes(random, bytes) : bytes;
}

function inChunks(random: Random, body: Buffer): Buffer {
  const at = random.below(body.length);
  const chunks = [body.subarray(0, at), body.subarray(at)].filter(({ length }) => length > 0);
  const coded = chunks.flatMap((chunk) => [`${chunk.length.toString(16)}\r\n`, chunk, '\r\n']);
  return Buffer.concat(
    [...coded, '0\r\n\r\n'].map((part) => (typeof part === 'string' ? Buffer.from(part) : part)),
  );
}

const DEVICE = {
  deviceId: 'test-1',
  status: 'enabled',
  statusReason: null,
  capabilities: { iotEdge: false },
};
const SELF_SIGNED = {
  authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: 'A'.repeat(40) } },
};
const MODULE = { moduleId: 'm1', managedBy: 'absent' };
const TWIN = {
  tags: { floor: 1, room: { name: 'a', old: null } },
  properties: { desired: { speed: 1.5, on: [1, 2] } },
};
const CALL = {
  methodName: 'ping',
  payload: { a: [1, null] },
  connectTimeoutInSeconds: 0,
  responseTimeoutInSeconds: 5,
};
const JOB_OF_TWINS = {
  type: 'scheduleUpdateTwin',
  updateTwin: { etag: '*', tags: { a: 1 } },
  queryCondition: "deviceId = 'test-1'",
};
const JOB_OF_METHODS = {
  type: 'scheduleDeviceMethod',
  cloudToDeviceMethod: CALL,
  queryCondition: 'tags.floor > 0',
  startTime: '2026-01-01T00:00:00Z',
  maxExecutionTimeInSeconds: 10,
};
const EVENT = [
  { body: 'MQ==', properties: { a: 'b', 'iothub-messageid': '1' } },
  { body: 'x', base64Encoded: false },
];

/** Valid bodies of each operation, by the method and path of its route. A string is sent as it is. */
const BODIES: Readonly<Record<string, readonly unknown[]>> = {
  'PUT /devices/:deviceId': [{}, {}, DEVICE, SELF_SIGNED],
  'PUT /devices/:deviceId/modules/:moduleId': [{}, MODULE],
  'POST /devices': [
    [
      { id: 'test-1', importMode: 'createOrUpdate', status: 'enabled', tags: { a: 1 } },
      { id: 'test-2', importMode: 'updateTwin' },
    ],
    [{ id: 'test-3', moduleId: 'm1', importMode: 'create' }],
    [{ id: 'test-4', importMode: 'delete' }],
  ],
  'POST /devices/query': [
    { query: 'SELECT * FROM devices WHERE tags.floor = 1 AND NOT (properties.desired.speed IN [1, 2.5])' },
    { query: 'SELECT tags.room.name AS room, COUNT() AS n FROM devices GROUP BY tags.room.name' },
    { query: 'SELECT deviceId FROM devices.modules WHERE is_defined(tags.a) OR STARTSWITH(moduleId, "m")' },
    { query: "SELECT * FROM devices.jobs WHERE devices.jobs.status = 'failed'" },
    `{"query":"SELECT * FROM devices WHERE ${'('.repeat(500)}1 = 1${')'.repeat(500)}"}`,
  ],
  'POST /devices/keys/regenerate': [
    { policyKey: 'both', devices: [{ id: 'test-1' }, { id: 'test-2', moduleId: 'm1' }] },
  ],
  'PATCH /twins/:deviceId': [TWIN],
  'PUT /twins/:deviceId': [TWIN],
  'PATCH /twins/:deviceId/modules/:moduleId': [TWIN],
  'PUT /twins/:deviceId/modules/:moduleId': [TWIN],
  'POST /twins/:deviceId/methods': [CALL],
  'POST /twins/:deviceId/modules/:moduleId/methods': [CALL],
  'PUT /jobs/v2/:jobId': [JOB_OF_TWINS, JOB_OF_METHODS],
  'PATCH /digitaltwins/:deviceId': [
    [
      { op: 'add', path: '/speed', value: 1 },
      { op: 'remove', path: '/a/b~0c' },
    ],
    [{ op: 'replace', path: '/thermostat', value: { $metadata: {}, speed: 2 } }],
  ],
  'POST /devices/:deviceId/messages/devicebound': ['hello', '\0'],
  'POST /devices/:deviceId/messages/events': [EVENT, 'telemetry'],
};
