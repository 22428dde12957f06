import type { HubErrorName } from '../../../../emulator/domain/errors.ts';
import type { SendOptions } from '../../https-client.ts';

/** A request that an operation refuses, and the error. The default path is the one of {@link ErrorPaths}. */
export interface ErrorCase extends Pick<SendOptions, 'headers' | 'body'> {
  readonly path?: string;
  readonly error: HubErrorName;
}

/** How one operation fails. A string says why it cannot fail in that way. */
export interface ErrorPaths {
  /** The path of a request that fails only because of a missing permission or the size of its body. */
  readonly path: string;
  readonly missing: ErrorCase | string;
  readonly conflicting: ErrorCase | string;
  readonly malformed: readonly ErrorCase[] | string;
}

const NOTHING_TO_MISS = 'it names no resource';
const READS_ONLY = 'it only reads';
const TAKES_ANYTHING = 'it uses no input';
const ANY = { 'If-Match': '*' };
const STALE = { 'If-Match': '"AAAA"' };

const BAD_DEVICE_ID: ErrorCase = { path: '/devices/a%20b', error: 'ArgumentInvalid' };
const NO_JSON: ErrorCase = { body: '{"a":', error: 'ArgumentInvalid' };
const NO_BODY: ErrorCase = { error: 'ArgumentNull' };
const NO_OBJECT: ErrorCase = { body: '[]', error: 'ArgumentInvalid' };
const NO_UTF8: ErrorCase = { body: Buffer.from([0x7b, 0xff, 0x7d]), error: 'ArgumentInvalid' };
const BAD_BODIES = [
  NO_JSON,
  NO_BODY,
  NO_OBJECT,
  NO_UTF8,
  { body: `${'['.repeat(200)}`, error: 'ArgumentInvalid' },
] as const;
const invalid = (body: unknown): ErrorCase => ({ body, error: 'ArgumentInvalid' });

const BAD_DEVICES = [
  ...BAD_BODIES,
  { ...BAD_DEVICE_ID, body: {} },
  invalid({ deviceId: 'another' }),
  invalid({ status: 'asleep' }),
  invalid({ statusReason: 'x'.repeat(129) }),
  invalid({ authentication: 'sas' }),
  invalid({ authentication: { type: 'password' } }),
  invalid({ authentication: { type: 'none' } }),
  invalid({ authentication: { symmetricKey: { primaryKey: 'MQ==', secondaryKey: 'MQ==' } } }),
  invalid({ authentication: { symmetricKey: { primaryKey: Buffer.alloc(32).toString('base64') } } }),
  invalid({ authentication: { type: 'selfSigned', x509Thumbprint: { primaryThumbprint: 'aa:bb' } } }),
  invalid({ capabilities: { iotEdge: 'yes' } }),
  invalid({ parentScopes: 'none' }),
  {
    path: '/devices/stray',
    body: { deviceScope: 'ms-azure-iot-edge://nobody-1' },
    error: 'InvalidDeviceScope',
  },
] as const satisfies readonly ErrorCase[];

const BAD_MODULES = [
  ...BAD_BODIES,
  { path: '/devices/d/modules/a%20b', body: {}, error: 'ArgumentInvalid' },
  { path: '/devices/d/modules/$own', body: {}, error: 'ArgumentInvalid' },
  invalid({ moduleId: 'another' }),
  invalid({ deviceId: 'another' }),
  invalid({ managedBy: {} }),
  invalid({ authentication: [] }),
] as const satisfies readonly ErrorCase[];

const BAD_TWINS = [
  ...BAD_BODIES,
  invalid({ tags: 'none' }),
  invalid({ properties: [] }),
  invalid({ properties: { desired: 1 } }),
  invalid({ tags: { 'a.b': 1 } }),
  invalid({ properties: { desired: { a: 'x'.repeat(4097) } } }),
  invalid({ properties: { desired: { a: [null] } } }),
  {
    body: { tags: { a: 'x'.repeat(4000), b: 'x'.repeat(4000), c: 'x'.repeat(1000) } },
    error: 'DeviceModelMaxPropertiesExceeded',
  },
] as const satisfies readonly ErrorCase[];

const BAD_METHODS = [
  ...BAD_BODIES,
  { body: {}, error: 'ArgumentNull' },
  invalid({ methodName: '' }),
  invalid({ methodName: 'a', responseTimeoutInSeconds: 4 }),
  invalid({ methodName: 'a', connectTimeoutInSeconds: 31 }),
  invalid({ methodName: 'a', payload: 'x'.repeat(131_072) }),
] as const satisfies readonly ErrorCase[];

const JOB = {
  type: 'scheduleUpdateTwin',
  updateTwin: { etag: '*', tags: { job: true } },
  queryCondition: '*',
};
const PATCH = [{ op: 'add', path: '/a', value: 1 }];
const CALL = { methodName: 'a' };
const twin = (path: string, missing: string, isPut: boolean): ErrorPaths => ({
  path,
  missing: { path: missing, body: {}, error: 'DeviceNotFound' },
  conflicting: { headers: STALE, body: {}, error: 'PreconditionFailed' },
  malformed: isPut ? [...BAD_TWINS, invalid({ tags: { a: null } })] : BAD_TWINS,
});
const settle = (path: string): ErrorPaths => ({
  path,
  missing: { error: 'DeviceMessageLockLost' },
  conflicting: 'a settled lock token does not exist any more',
  malformed: TAKES_ANYTHING,
});

/** The failures of every supported operation, by the method and path of its route. */
export const ERROR_PATHS: Readonly<Record<string, ErrorPaths>> = {
  'GET /devices': {
    path: '/devices',
    missing: NOTHING_TO_MISS,
    conflicting: READS_ONLY,
    malformed: TAKES_ANYTHING,
  },
  'GET /devices/:deviceId': {
    path: '/devices/d',
    missing: { path: '/devices/nobody', error: 'DeviceNotFound' },
    conflicting: READS_ONLY,
    malformed: [BAD_DEVICE_ID, { path: '/devices/a%2Fb', error: 'ArgumentInvalid' }],
  },
  'PUT /devices/:deviceId': {
    path: '/devices/d',
    missing: { path: '/devices/nobody', headers: ANY, body: {}, error: 'DeviceNotFound' },
    conflicting: { body: {}, error: 'DeviceAlreadyExists' },
    malformed: BAD_DEVICES,
  },
  'DELETE /devices/:deviceId': {
    path: '/devices/d',
    missing: { path: '/devices/nobody', headers: ANY, error: 'DeviceNotFound' },
    conflicting: { headers: STALE, error: 'PreconditionFailed' },
    malformed: [
      BAD_DEVICE_ID,
      { error: 'PreconditionFailed' },
      { headers: { 'If-Match': '""' }, error: 'PreconditionFailed' },
    ],
  },
  'GET /devices/:deviceId/modules': {
    path: '/devices/d/modules',
    missing: { path: '/devices/nobody/modules', error: 'IotHubUnauthorizedAccess' },
    conflicting: READS_ONLY,
    malformed: [{ path: '/devices/a%20b/modules', error: 'ArgumentInvalid' }],
  },
  'GET /devices/:deviceId/modules/:moduleId': {
    path: '/devices/d/modules/m',
    missing: { path: '/devices/d/modules/nobody', error: 'ModuleNotFound' },
    conflicting: READS_ONLY,
    malformed: [{ path: '/devices/d/modules/a%20b', error: 'ArgumentInvalid' }],
  },
  'PUT /devices/:deviceId/modules/:moduleId': {
    path: '/devices/d/modules/m',
    missing: { path: '/devices/d/modules/nobody', headers: ANY, body: {}, error: 'ModuleNotFound' },
    conflicting: { body: {}, error: 'ModuleAlreadyExistsOnDevice' },
    malformed: BAD_MODULES,
  },
  'DELETE /devices/:deviceId/modules/:moduleId': {
    path: '/devices/d/modules/m',
    missing: { path: '/devices/d/modules/nobody', headers: ANY, error: 'ModuleNotFound' },
    conflicting: { headers: STALE, error: 'PreconditionFailed' },
    malformed: [
      { path: '/devices/d/modules/a%20b', error: 'ArgumentInvalid' },
      { error: 'PreconditionFailed' },
      { path: '/devices/edge/modules/$edgeHub', headers: ANY, error: 'SystemModuleModifyUnauthorizedAccess' },
    ],
  },
  'GET /twins/:deviceId': {
    path: '/twins/d',
    missing: { path: '/twins/nobody', error: 'DeviceNotFound' },
    conflicting: READS_ONLY,
    malformed: [{ path: '/twins/a%20b', error: 'ArgumentInvalid' }],
  },
  'PATCH /twins/:deviceId': twin('/twins/d', '/twins/nobody', false),
  'PUT /twins/:deviceId': twin('/twins/d', '/twins/nobody', true),
  'GET /twins/:deviceId/modules/:moduleId': {
    path: '/twins/d/modules/m',
    missing: { path: '/twins/d/modules/nobody', error: 'DeviceNotFound' },
    conflicting: READS_ONLY,
    malformed: [{ path: '/twins/d/modules/a%20b', error: 'ArgumentInvalid' }],
  },
  'PATCH /twins/:deviceId/modules/:moduleId': twin('/twins/d/modules/m', '/twins/d/modules/nobody', false),
  'PUT /twins/:deviceId/modules/:moduleId': twin('/twins/d/modules/m', '/twins/d/modules/nobody', true),
  'POST /twins/:deviceId/methods': {
    path: '/twins/d/methods',
    missing: { path: '/twins/nobody/methods', body: CALL, error: 'DeviceNotFound' },
    conflicting: { body: CALL, error: 'DeviceNotOnline' },
    malformed: BAD_METHODS,
  },
  'POST /twins/:deviceId/modules/:moduleId/methods': {
    path: '/twins/d/modules/m/methods',
    missing: { path: '/twins/d/modules/nobody/methods', body: CALL, error: 'ModuleNotFound' },
    conflicting: { body: CALL, error: 'DeviceNotOnline' },
    malformed: BAD_METHODS,
  },
  'DELETE /devices/:deviceId/commands': {
    path: '/devices/d/commands',
    missing: { path: '/devices/nobody/commands', error: 'DeviceNotFound' },
    conflicting: 'it has no precondition',
    malformed: [{ path: '/devices/a%20b/commands', error: 'ArgumentInvalid' }],
  },
  'GET /statistics/service': {
    path: '/statistics/service',
    missing: NOTHING_TO_MISS,
    conflicting: READS_ONLY,
    malformed: TAKES_ANYTHING,
  },
  'POST /digitaltwins/:deviceId/commands/:command': {
    path: '/digitaltwins/d/commands/reboot',
    missing: { path: '/digitaltwins/nobody/commands/reboot', error: 'DeviceNotFound' },
    conflicting: { error: 'DeviceNotOnline' },
    malformed: [
      NO_JSON,
      { path: '/digitaltwins/d/commands/reboot?responseTimeoutInSeconds=4', error: 'ArgumentInvalid' },
      { path: '/digitaltwins/d/commands/reboot?connectTimeoutInSeconds=soon', error: 'ArgumentInvalid' },
    ],
  },
  'POST /digitaltwins/:deviceId/components/:component/commands/:command': {
    path: '/digitaltwins/d/components/c/commands/reboot',
    missing: { path: '/digitaltwins/nobody/components/c/commands/reboot', error: 'DeviceNotFound' },
    conflicting: { error: 'DeviceNotOnline' },
    malformed: [NO_JSON],
  },
  'POST /devices/:deviceId/messages/devicebound': {
    path: '/devices/d/messages/devicebound',
    missing: { path: '/devices/nobody/messages/devicebound', body: 'x', error: 'DeviceNotFound' },
    conflicting: 'the test of cloud-to-device messages fills a queue',
    malformed: [
      { path: '/devices/a%20b/messages/devicebound', body: 'x', error: 'ArgumentInvalid' },
      { headers: { 'iothub-ack': 'perhaps' }, body: 'x', error: 'ArgumentInvalid' },
    ],
  },
  'POST /devices/:deviceId/messages/events': {
    path: '/devices/d/messages/events',
    missing: { path: '/devices/nobody/messages/events', body: 'x', error: 'IotHubUnauthorized' },
    conflicting: 'telemetry is only appended',
    malformed: [
      '{"body":"MQ=="}',
      '[1]',
      '[{}]',
      '[{"body":1}]',
      '[{"body":"*"}]',
      '[{"body":"MQ==","properties":[]}]',
      '[{"body":"MQ==","properties":{"a":1}}]',
      '[{"body":"MQ==","properties":{"a":"b"c"}}]',
    ].map((body) => ({
      headers: { 'Content-Type': 'application/vnd.microsoft.iothub.json' },
      body,
      error: 'ArgumentInvalid',
    })),
  },
  'GET /devices/:deviceId/messages/devicebound': {
    path: '/devices/d/messages/devicebound',
    missing: { path: '/devices/nobody/messages/devicebound', error: 'IotHubUnauthorized' },
    conflicting: READS_ONLY,
    malformed: TAKES_ANYTHING,
  },
  'DELETE /devices/:deviceId/messages/devicebound/:lockToken': settle(
    '/devices/d/messages/devicebound/nothing',
  ),
  'DELETE /devices/:deviceId/messages/devicebound/:lockToken?reject': settle(
    '/devices/d/messages/devicebound/nothing?reject',
  ),
  'POST /devices/:deviceId/messages/devicebound/:lockToken/abandon': settle(
    '/devices/d/messages/devicebound/nothing/abandon',
  ),
  'GET /messages/serviceBound/feedback': {
    path: '/messages/servicebound/feedback',
    missing: NOTHING_TO_MISS,
    conflicting: READS_ONLY,
    malformed: TAKES_ANYTHING,
  },
  'DELETE /messages/serviceBound/feedback/:lockToken': settle('/messages/serviceBound/feedback/nothing'),
  'POST /messages/serviceBound/feedback/:lockToken/abandon': settle(
    '/messages/serviceBound/feedback/nothing/abandon',
  ),
  'POST /devices': {
    path: '/devices',
    missing: { body: [{ id: 'nobody', importMode: 'delete' }], error: 'BulkRegistryOperationFailure' },
    conflicting: { body: [{ id: 'd', importMode: 'create' }], error: 'BulkRegistryOperationFailure' },
    malformed: [
      NO_JSON,
      NO_BODY,
      NO_UTF8,
      invalid({}),
      invalid([]),
      invalid([1]),
      invalid([{ id: 'a b' }]),
      invalid(Array.from({ length: 101 }, (_value, index) => ({ id: `x${index}` }))),
      { body: [{ id: 'x', importMode: 'explode' }], error: 'GenericBadRequest' },
      { body: [{ id: 'x' }, { id: 'x' }], error: 'DeviceDefinedMultipleTimes' },
      { body: [{ id: 'x', status: 'asleep' }], error: 'BulkRegistryOperationFailure' },
    ],
  },
  'POST /devices/query': {
    path: '/devices/query',
    missing: NOTHING_TO_MISS,
    conflicting: READS_ONLY,
    malformed: [
      ...BAD_BODIES,
      { body: {}, error: 'ArgumentNull' },
      { body: { query: '' }, error: 'ArgumentNull' },
      invalid({ query: 1 }),
      invalid({ query: 'SELECT' }),
      invalid({ query: "SELECT * FROM devices WHERE deviceId = 'a' OR ;" }),
      { headers: { 'x-ms-continuation': 'nonsense' }, ...invalid({ query: 'SELECT * FROM devices' }) },
    ],
  },
  'POST /devices/keys/regenerate': {
    path: '/devices/keys/regenerate',
    missing: {
      body: { policyKey: 'both', devices: [{ id: 'nobody' }] },
      error: 'BulkRegenerateDeviceKeyOperationFailure',
    },
    conflicting: 'it has no precondition',
    malformed: [
      ...BAD_BODIES,
      { body: { policyKey: 'none', devices: [{ id: 'd' }] }, error: 'InvalidPolicyKey' },
      invalid({ policyKey: 'both' }),
      invalid({ policyKey: 'both', devices: [] }),
      invalid({ policyKey: 'both', devices: ['d'] }),
      invalid({ policyKey: 'both', devices: [{ id: 'a b' }] }),
    ],
  },
  'GET /statistics/devices': {
    path: '/statistics/devices',
    missing: NOTHING_TO_MISS,
    conflicting: READS_ONLY,
    malformed: TAKES_ANYTHING,
  },
  'PUT /jobs/v2/:jobId': {
    path: '/jobs/v2/another',
    missing: NOTHING_TO_MISS,
    conflicting: { path: '/jobs/v2/far', body: JOB, error: 'JobAlreadyExists' },
    malformed: [
      ...BAD_BODIES,
      { path: '/jobs/v2/a_b', body: JOB, error: 'ArgumentInvalid' },
      { body: { ...JOB, type: 'scheduleTwinUpdate' }, error: 'GenericBadRequest' },
      { body: { ...JOB, queryCondition: '' }, error: 'ArgumentNull' },
      { body: { ...JOB, updateTwin: null }, error: 'ArgumentNull' },
      invalid({ ...JOB, updateTwin: { etag: 'x' } }),
      { body: { ...JOB, queryCondition: 'x'.repeat(8201) }, error: 'PreconditionFailed' },
      invalid({ ...JOB, jobId: 'other' }),
      invalid({ ...JOB, startTime: 'soon' }),
      invalid({ ...JOB, startTime: new Date(Date.now() + 169 * 3_600_000).toISOString() }),
      invalid({ ...JOB, maxExecutionTimeInSeconds: -1 }),
      invalid({ ...JOB, type: 'scheduleDeviceMethod', cloudToDeviceMethod: { methodName: '' } }),
      { body: JOB, error: 'ThrottlingMaxActiveJobCountExceeded' },
    ],
  },
  'GET /jobs/v2/query': {
    path: '/jobs/v2/query',
    missing: NOTHING_TO_MISS,
    conflicting: READS_ONLY,
    malformed: [
      { path: '/jobs/v2/query?jobType=dance', error: 'GenericBadRequest' },
      { path: '/jobs/v2/query?jobStatus=asleep', error: 'GenericBadRequest' },
      { headers: { 'x-ms-continuation': 'nonsense' }, error: 'ArgumentInvalid' },
    ],
  },
  'GET /jobs/v2/:jobId': {
    path: '/jobs/v2/far',
    missing: 'a job that does not exist has the status unknown',
    conflicting: READS_ONLY,
    malformed: TAKES_ANYTHING,
  },
  'POST /jobs/v2/:jobId/cancel': {
    path: '/jobs/v2/far/cancel',
    missing: { path: '/jobs/v2/nothing/cancel', error: 'JobNotFound' },
    conflicting: { path: '/jobs/v2/done/cancel', error: 'OperationNotAllowedInCurrentState' },
    malformed: TAKES_ANYTHING,
  },
  'GET /jobs': {
    path: '/jobs',
    missing: NOTHING_TO_MISS,
    conflicting: READS_ONLY,
    malformed: TAKES_ANYTHING,
  },
  'GET /jobs/:jobId': {
    path: '/jobs/nothing',
    missing: { error: 'JobNotFound' },
    conflicting: READS_ONLY,
    malformed: TAKES_ANYTHING,
  },
  'DELETE /jobs/:jobId': {
    path: '/jobs/nothing',
    missing: { error: 'JobNotFound' },
    conflicting: 'no job exists',
    malformed: TAKES_ANYTHING,
  },
  'GET /digitaltwins/:deviceId': {
    path: '/digitaltwins/d',
    missing: { path: '/digitaltwins/nobody', error: 'DeviceNotFound' },
    conflicting: READS_ONLY,
    malformed: [{ path: '/digitaltwins/a%20b', error: 'ArgumentInvalid' }],
  },
  'PATCH /digitaltwins/:deviceId': {
    path: '/digitaltwins/d',
    missing: { path: '/digitaltwins/nobody', body: [], error: 'DeviceNotFound' },
    conflicting: { headers: STALE, body: PATCH, error: 'PreconditionFailed' },
    malformed: [
      NO_JSON,
      NO_BODY,
      { body: {}, error: 'InvalidDigitalTwinJsonPatch' },
      { body: [{ op: 'move', path: '/a' }], error: 'InvalidDigitalTwinJsonPatch' },
      { body: [{ op: 'add', path: 'a', value: 1 }], error: 'InvalidDigitalTwinPatchPath' },
      { body: [{ op: 'add', path: '/a', value: [1] }], error: 'InvalidDigitalTwinPayload' },
      { body: [{ op: 'add', path: '/c/a', value: 1 }], error: 'InvalidDigitalTwinPatch' },
    ],
  },
};
