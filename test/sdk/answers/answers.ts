import type { Finding } from './mappers.ts';

/** A request whose answer is compared with a mapper of the SDK. */
export interface Answer {
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly status?: number;
  /** The class of the answer, `[Class]` for a list or `Object` for any value. */
  readonly mapper: string;
  /** The headers that the SDK expects. */
  readonly promisedHeaders?: readonly string[];
  /** The reason why members may be missing. */
  readonly partial?: string;
}

const FORCE = { 'If-Match': '*' };
const JOB = { type: 'scheduleUpdateTwin', updateTwin: { etag: '*', tags: { job: 1 } }, queryCondition: '*' };
const CALL = { methodName: 'echo', payload: { a: 1 } };
const QUERY_HEADERS = ['x-ms-item-type'];

/**
 * The requests for every operation that answers JSON, by the method and path of its route. The hub has the device
 * `leaf`, which is disabled with a reason and below the IoT Edge device `edge`. It also has the device `online`, which
 * answers the method `echo`, and the module `online/camera`.
 */
export const ANSWERS: Readonly<Record<string, readonly Answer[]>> = {
  'GET /devices': [{ path: '/devices?top=1000', mapper: '[Device]' }],
  'POST /devices': [
    { path: '/devices', body: [{ id: 'bulk', importMode: 'create' }], mapper: 'BulkRegistryOperationResult' },
    {
      path: '/devices',
      body: [{ id: 'online', moduleId: 'camera', importMode: 'create' }],
      status: 400,
      mapper: 'BulkRegistryOperationResult',
    },
  ],
  'POST /devices/query': [
    {
      path: '/devices/query',
      body: { query: 'SELECT * FROM devices' },
      mapper: '[Twin]',
      promisedHeaders: QUERY_HEADERS,
    },
    {
      path: '/devices/query',
      body: { query: 'SELECT * FROM devices.modules' },
      headers: { 'x-ms-max-item-count': '1' },
      mapper: '[Twin]',
      promisedHeaders: [...QUERY_HEADERS, 'x-ms-continuation'],
    },
  ],
  'POST /devices/keys/regenerate': [
    {
      path: '/devices/keys/regenerate?api-version=2024-03-31',
      body: {
        policyKey: 'both',
        devices: [{ id: 'edge' }, { id: 'online', moduleId: 'camera' }, { id: 'missing' }],
      },
      status: 207,
      mapper: 'KeyRegenerationResult',
    },
  ],
  'GET /devices/:deviceId': [
    { path: '/devices/leaf', mapper: 'Device', promisedHeaders: ['etag'] },
    { path: '/devices/edge', mapper: 'Device', promisedHeaders: ['etag'] },
  ],
  'PUT /devices/:deviceId': [
    { path: '/devices/created', body: {}, mapper: 'Device', promisedHeaders: ['etag'] },
    {
      path: '/devices/created',
      body: { authentication: { type: 'selfSigned' } },
      headers: FORCE,
      mapper: 'Device',
    },
  ],
  'GET /devices/:deviceId/modules': [{ path: '/devices/edge/modules', mapper: '[Module]' }],
  'GET /devices/:deviceId/modules/:moduleId': [{ path: '/devices/online/modules/camera', mapper: 'Module' }],
  'PUT /devices/:deviceId/modules/:moduleId': [
    { path: '/devices/online/modules/created', body: { managedBy: 'me' }, mapper: 'Module' },
  ],
  'GET /twins/:deviceId': [{ path: '/twins/leaf', mapper: 'Twin' }],
  'PATCH /twins/:deviceId': [{ path: '/twins/leaf', body: { tags: { floor: 2 } }, mapper: 'Twin' }],
  'PUT /twins/:deviceId': [{ path: '/twins/edge', body: { tags: { floor: 2 } }, mapper: 'Twin' }],
  'GET /twins/:deviceId/modules/:moduleId': [{ path: '/twins/online/modules/camera', mapper: 'Twin' }],
  'PATCH /twins/:deviceId/modules/:moduleId': [
    {
      path: '/twins/online/modules/camera',
      body: { properties: { desired: { a: [1, { b: 2 }] } } },
      mapper: 'Twin',
    },
  ],
  'PUT /twins/:deviceId/modules/:moduleId': [
    { path: '/twins/online/modules/camera', body: { properties: { desired: { a: 1 } } }, mapper: 'Twin' },
  ],
  'POST /twins/:deviceId/methods': [
    { path: '/twins/online/methods', body: CALL, mapper: 'CloudToDeviceMethodResult' },
  ],
  'POST /twins/:deviceId/modules/:moduleId/methods': [
    { path: '/twins/online/modules/camera/methods', body: CALL, mapper: 'CloudToDeviceMethodResult' },
  ],
  'DELETE /devices/:deviceId/commands': [
    { path: '/devices/edge/commands', mapper: 'PurgeMessageQueueResult' },
  ],
  'GET /statistics/devices': [{ path: '/statistics/devices', mapper: 'RegistryStatistics' }],
  'GET /statistics/service': [{ path: '/statistics/service', mapper: 'ServiceStatistics' }],
  'PUT /jobs/v2/:jobId': [
    {
      path: '/jobs/v2/answered',
      body: { ...JOB, startTime: new Date(Date.now() + 3_600_000).toISOString() },
      mapper: 'JobResponse',
      partial: 'the hub answers with id, type and status only',
    },
  ],
  'GET /jobs': [{ path: '/jobs', mapper: '[JobProperties]' }],
  'GET /jobs/v2/query': [{ path: '/jobs/v2/query', mapper: '[JobResponse]', promisedHeaders: QUERY_HEADERS }],
  'GET /jobs/v2/:jobId': [
    { path: '/jobs/v2/failed', mapper: 'JobResponse' },
    { path: '/jobs/v2/methods', mapper: 'JobResponse' },
    { path: '/jobs/v2/nothing', mapper: 'JobResponse', partial: 'this job does not exist' },
  ],
  'POST /jobs/v2/:jobId/cancel': [{ path: '/jobs/v2/cancellable/cancel', mapper: 'JobResponse' }],
  'GET /digitaltwins/:deviceId': [
    { path: '/digitaltwins/online', mapper: 'Object', promisedHeaders: ['etag'] },
  ],
  'POST /digitaltwins/:deviceId/commands/:command': [
    {
      path: '/digitaltwins/online/commands/echo',
      body: 1,
      mapper: 'Object',
      promisedHeaders: ['x-ms-command-statuscode', 'x-ms-request-id'],
    },
  ],
  'POST /digitaltwins/:deviceId/components/:component/commands/:command': [
    {
      path: '/digitaltwins/online/components/part/commands/echo',
      body: 1,
      mapper: 'Object',
      promisedHeaders: ['x-ms-command-statuscode', 'x-ms-request-id'],
    },
  ],
  'GET /messages/serviceBound/feedback': [
    { path: '/messages/serviceBound/feedback', mapper: '[FeedbackRecord]', promisedHeaders: ['etag'] },
  ],
};

/** The operations that do not answer JSON, with the content of their answer. */
export const WITHOUT_JSON: Readonly<Record<string, string>> = {
  'DELETE /devices/:deviceId': 'nothing',
  'DELETE /devices/:deviceId/modules/:moduleId': 'nothing',
  'GET /jobs/:jobId': 'the error JobNotFound, because there are no import and export jobs',
  'DELETE /jobs/:jobId': 'the error JobNotFound, because there are no import and export jobs',
  'PATCH /digitaltwins/:deviceId': 'headers only',
  'POST /devices/:deviceId/messages/devicebound': 'nothing',
  'DELETE /messages/serviceBound/feedback/:lockToken': 'nothing',
  'POST /messages/serviceBound/feedback/:lockToken/abandon': 'nothing',
  'POST /devices/:deviceId/messages/events': 'nothing',
  'GET /devices/:deviceId/messages/devicebound': 'the bytes of a message',
  'DELETE /devices/:deviceId/messages/devicebound/:lockToken': 'nothing',
  'DELETE /devices/:deviceId/messages/devicebound/:lockToken?reject': 'nothing',
  'POST /devices/:deviceId/messages/devicebound/:lockToken/abandon': 'nothing',
};

const ONLY_MODULES = 'only modules have one';
const ONLY_BELOW_EDGE = 'only IoT Edge devices and the devices below them have one';
const CAPITALS = 'in a single twin the names begin with a capital letter';
const ONE_ACTION = 'a job either updates twins or invokes a method';
const ONLY_FAILED = 'only a failed job has one';

/** The deviations of the hub's answers from the SDK's mappers. Each missing member is present in another answer. */
export const DEVIATIONS: readonly (Finding & { readonly reason: string })[] = [
  { kind: 'missing', member: 'Device.deviceScope', reason: ONLY_BELOW_EDGE },
  { kind: 'missing', member: 'Device.parentScopes', reason: ONLY_BELOW_EDGE },
  { kind: 'missing', member: 'Twin.moduleId', reason: ONLY_MODULES },
  { kind: 'missing', member: 'Twin.capabilities', reason: 'modules have none' },
  { kind: 'missing', member: 'Twin.deviceScope', reason: ONLY_BELOW_EDGE },
  { kind: 'missing', member: 'Twin.parentScopes', reason: ONLY_BELOW_EDGE },
  { kind: 'missing', member: 'Twin.tags', reason: 'a twin without tags has no such member' },
  { kind: 'missing', member: 'Twin.statusReason', reason: 'it is present only if a reason was given' },
  { kind: 'unknown', member: 'Twin.modelId', reason: 'the mapper of the SDK is older than Plug and Play' },
  { kind: 'missing', member: 'X509Thumbprint.primaryThumbprint', reason: CAPITALS },
  { kind: 'missing', member: 'X509Thumbprint.secondaryThumbprint', reason: CAPITALS },
  { kind: 'unknown', member: 'X509Thumbprint.PrimaryThumbprint', reason: CAPITALS },
  { kind: 'unknown', member: 'X509Thumbprint.SecondaryThumbprint', reason: CAPITALS },
  {
    kind: 'mistyped',
    member: 'DeviceRegistryOperationError.errorCode',
    reason: 'it is the number of the error, as the .NET and Go clients read it',
  },
  { kind: 'missing', member: 'JobResponse.updateTwin', reason: ONE_ACTION },
  { kind: 'missing', member: 'JobResponse.cloudToDeviceMethod', reason: ONE_ACTION },
  { kind: 'missing', member: 'JobResponse.endTime', reason: 'only a job that has ended has one' },
  { kind: 'missing', member: 'JobResponse.failureReason', reason: ONLY_FAILED },
  { kind: 'missing', member: 'JobResponse.statusMessage', reason: ONLY_FAILED },
];
