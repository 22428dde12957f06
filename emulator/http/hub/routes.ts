import { MAXIMUM_EVENT_BYTES, MAXIMUM_MESSAGE_BYTES } from '../../domain/messages/message.ts';
import type { Operation } from '../../domain/operations.ts';
import type { Permission } from '../../domain/policy.ts';
import type { Api, ClientHandler, Method, Route, ServiceHandler } from '../wire/route.ts';
import {
  abandonMessage,
  completeOrRejectMessage,
  purgeMessages,
  receiveMessage,
  sendMessage,
} from './cloud-to-device/cloud-to-device-handlers.ts';
import { abandonFeedback, completeFeedback, receiveFeedback } from './cloud-to-device/feedback-handlers.ts';
import { getDigitalTwin, updateDigitalTwin } from './digital-twins/digital-twin-handlers.ts';
import { sendEvents } from './events/event-handlers.ts';
import { regenerateKeys, updateDevicesInBulk } from './identities/bulk-handlers.ts';
import { deleteDevice, getDevice, listDevices, putDevice } from './identities/device-handlers.ts';
import { deleteModule, getModule, listModules, putModule } from './identities/module-handlers.ts';
import { getDeviceStatistics, getServiceStatistics } from './identities/statistics-handlers.ts';
import { cancelJob, createJob, getJob, queryJobs } from './jobs/job-handlers.ts';
import { invokeCommand, invokeMethod } from './methods/method-handlers.ts';
import { runQuery } from './queries/query-handlers.ts';
import { getTwin, replaceTwin, updateTwin } from './twins/twin-handlers.ts';

const READ: readonly Permission[] = ['RegistryRead'];
const WRITE: readonly Permission[] = ['RegistryWrite'];
const CONNECT: readonly Permission[] = ['ServiceConnect'];
const READ_OR_CONNECT: readonly Permission[] = ['RegistryRead', 'ServiceConnect'];
const CLIENT: readonly Permission[] = ['DeviceConnect'];

const CONFIGURATIONS = 'automatic device configurations come later';
const STORAGE = 'what needs blob storage comes later';
const SCOPES = 'the APIs behind a nested IoT Edge hub come later';

// A hundred devices, each with a twin of full size.
const MAXIMUM_BULK_BYTES = 16_777_216;

/** Every operation of the HTTPS API: the ones that work, and the ones that are refused by name. */
export const ROUTES: readonly Route[] = [
  service('listDevices', 'GET', '/devices', READ, 'list device identities', listDevices),
  {
    ...service(
      'updateRegistry',
      'POST',
      '/devices',
      WRITE,
      'create, update and delete identities in bulk',
      updateDevicesInBulk,
    ),
    maximumBodyBytes: MAXIMUM_BULK_BYTES,
  },
  service('queryTwins', 'POST', '/devices/query', READ, 'query twins and jobs', runQuery),
  service(
    'regenerateKeys',
    'POST',
    '/devices/keys/regenerate',
    WRITE,
    'regenerate keys of devices and modules',
    regenerateKeys,
  ),
  service('getDevice', 'GET', '/devices/:deviceId', READ, 'read a device identity', getDevice),
  service(
    'createOrUpdateDevice',
    'PUT',
    '/devices/:deviceId',
    WRITE,
    'create or update a device identity',
    putDevice,
  ),
  service('deleteDevice', 'DELETE', '/devices/:deviceId', WRITE, 'delete a device identity', deleteDevice),
  module(
    'listModules',
    'GET',
    '/devices/:deviceId/modules',
    READ,
    'list the module identities of a device',
    listModules,
  ),
  module(
    'getModule',
    'GET',
    '/devices/:deviceId/modules/:moduleId',
    READ,
    'read a module identity',
    getModule,
  ),
  module(
    'createOrUpdateModule',
    'PUT',
    '/devices/:deviceId/modules/:moduleId',
    WRITE,
    'create or update a module identity',
    putModule,
  ),
  module(
    'deleteModule',
    'DELETE',
    '/devices/:deviceId/modules/:moduleId',
    WRITE,
    'delete a module identity',
    deleteModule,
  ),
  service('getTwin', 'GET', '/twins/:deviceId', CONNECT, 'read a device twin', getTwin),
  service('updateTwin', 'PATCH', '/twins/:deviceId', CONNECT, 'update a device twin', updateTwin),
  service('replaceTwin', 'PUT', '/twins/:deviceId', CONNECT, 'replace a device twin', replaceTwin),
  service('getTwin', 'GET', '/twins/:deviceId/modules/:moduleId', CONNECT, 'read a module twin', getTwin),
  service(
    'updateTwin',
    'PATCH',
    '/twins/:deviceId/modules/:moduleId',
    CONNECT,
    'update a module twin',
    updateTwin,
  ),
  service(
    'replaceTwin',
    'PUT',
    '/twins/:deviceId/modules/:moduleId',
    CONNECT,
    'replace a module twin',
    replaceTwin,
  ),
  method('/twins/:deviceId/methods', 'invoke a direct method of a device'),
  method('/twins/:deviceId/modules/:moduleId/methods', 'invoke a direct method of a module'),
  service(
    'purgeMessages',
    'DELETE',
    '/devices/:deviceId/commands',
    CONNECT,
    'purge the messages that wait for a device',
    purgeMessages,
  ),
  service('getDeviceStatistics', 'GET', '/statistics/devices', READ, 'count devices', getDeviceStatistics),
  service(
    'getServiceStatistics',
    'GET',
    '/statistics/service',
    READ_OR_CONNECT,
    'count connected devices',
    getServiceStatistics,
  ),
  service('createJob', 'PUT', '/jobs/v2/:jobId', WRITE, 'schedule a job', createJob),
  service('queryJobs', 'GET', '/jobs/v2/query', READ, 'list scheduled jobs', queryJobs),
  service('getJob', 'GET', '/jobs/v2/:jobId', READ, 'read a scheduled job', getJob),
  service('cancelJob', 'POST', '/jobs/v2/:jobId/cancel', WRITE, 'cancel a scheduled job', cancelJob),
  service('getDigitalTwin', 'GET', '/digitaltwins/:deviceId', CONNECT, 'read a digital twin', getDigitalTwin),
  service(
    'updateDigitalTwin',
    'PATCH',
    '/digitaltwins/:deviceId',
    CONNECT,
    'update a digital twin',
    updateDigitalTwin,
  ),
  command('/digitaltwins/:deviceId/commands/:command', 'invoke a command of a digital twin'),
  command(
    '/digitaltwins/:deviceId/components/:component/commands/:command',
    'invoke a command of a component of a digital twin',
  ),
  {
    ...service(
      'sendMessage',
      'POST',
      '/devices/:deviceId/messages/devicebound',
      CONNECT,
      'send a message to a device',
      sendMessage,
    ),
    maximumBodyBytes: MAXIMUM_MESSAGE_BYTES,
  },
  service(
    'receiveFeedback',
    'GET',
    '/messages/serviceBound/feedback',
    CONNECT,
    'receive feedback on messages',
    receiveFeedback,
  ),
  service(
    'completeFeedback',
    'DELETE',
    '/messages/serviceBound/feedback/:lockToken',
    CONNECT,
    'complete feedback',
    completeFeedback,
  ),
  service(
    'abandonFeedback',
    'POST',
    '/messages/serviceBound/feedback/:lockToken/abandon',
    CONNECT,
    'abandon feedback',
    abandonFeedback,
  ),

  {
    ...device(
      'sendEvent',
      'POST',
      '/devices/:deviceId/messages/events',
      'send telemetry, alone or in a batch',
      sendEvents,
    ),
    maximumBodyBytes: MAXIMUM_EVENT_BYTES,
  },
  device(
    'receiveMessage',
    'GET',
    '/devices/:deviceId/messages/devicebound',
    'receive a message',
    receiveMessage,
  ),
  device(
    'completeMessage',
    'DELETE',
    '/devices/:deviceId/messages/devicebound/:lockToken',
    'complete or reject a message',
    completeOrRejectMessage,
  ),
  device(
    'abandonMessage',
    'POST',
    '/devices/:deviceId/messages/devicebound/:lockToken/abandon',
    'abandon a message',
    abandonMessage,
  ),

  refused('listConfigurations', 'GET', '/configurations', READ, 'list configurations', CONFIGURATIONS),
  refused(
    'testConfigurationQueries',
    'POST',
    '/configurations/testQueries',
    READ,
    'test the queries of a configuration',
    CONFIGURATIONS,
  ),
  refused(
    'getConfiguration',
    'GET',
    '/configurations/:configurationId',
    READ,
    'read a configuration',
    CONFIGURATIONS,
  ),
  refused(
    'createOrUpdateConfiguration',
    'PUT',
    '/configurations/:configurationId',
    WRITE,
    'create or update a configuration',
    CONFIGURATIONS,
  ),
  refused(
    'deleteConfiguration',
    'DELETE',
    '/configurations/:configurationId',
    WRITE,
    'delete a configuration',
    CONFIGURATIONS,
  ),
  refused(
    'applyConfigurationContent',
    'POST',
    '/devices/:deviceId/applyConfigurationContent',
    WRITE,
    'apply a configuration to an IoT Edge device',
    CONFIGURATIONS,
  ),
  refused('createImportExportJob', 'POST', '/jobs/create', WRITE, 'import or export the registry', STORAGE),
  refused('listImportExportJobs', 'GET', '/jobs', READ, 'list import and export jobs', STORAGE),
  refused('getImportExportJob', 'GET', '/jobs/:jobId', READ, 'read an import or export job', STORAGE),
  refused(
    'cancelImportExportJob',
    'DELETE',
    '/jobs/:jobId',
    WRITE,
    'cancel an import or export job',
    STORAGE,
  ),
  refused(
    'importRegistry',
    'POST',
    '/$admin/importRegistry',
    WRITE,
    'import the registry, in the old way',
    STORAGE,
  ),
  refused(
    'exportRegistry',
    'POST',
    '/$admin/exportRegistry',
    WRITE,
    'export the registry, in the old way',
    STORAGE,
  ),
  refusedClient('createFileUpload', 'POST', '/devices/:deviceId/files', 'begin a file upload', STORAGE),
  refusedClient(
    'completeFileUpload',
    'POST',
    '/devices/:deviceId/files/notifications',
    'end a file upload',
    STORAGE,
  ),
  refusedClient(
    'completeFileUpload',
    'POST',
    '/devices/:deviceId/files/notifications/:correlationId',
    'end a file upload',
    STORAGE,
  ),
  edge(
    'getDevicesAndModulesInDeviceScope',
    'GET',
    'devicesAndModulesInDeviceScope',
    'list the clients below an IoT Edge device',
  ),
  edge(
    'getDeviceAndModuleInDeviceScope',
    'GET',
    'deviceAndModuleInDeviceScope',
    'read a client below an IoT Edge device',
  ),
  edge(
    'getDevicesAndModulesInTargetDeviceScope',
    'POST',
    'devicesAndModulesInTargetDeviceScope',
    'list the clients below a nested IoT Edge device',
  ),
  edge(
    'getDeviceAndModuleOnBehalfOf',
    'POST',
    'getDeviceAndModuleOnBehalfOf',
    'read a client on behalf of a nested IoT Edge device',
  ),
  edge(
    'putModuleOnBehalfOf',
    'PUT',
    'putModuleOnBehalfOf',
    'create or update a module on behalf of a nested IoT Edge device',
  ),
  edge(
    'getModuleOnBehalfOf',
    'POST',
    'getModuleOnBehalfOf',
    'read a module on behalf of a nested IoT Edge device',
  ),
  edge(
    'getModulesOnTargetDevice',
    'POST',
    'getModulesOnTargetDevice',
    'list the modules of a nested IoT Edge device',
  ),
  edge(
    'deleteModuleOnBehalfOf',
    'POST',
    'deleteModuleOnBehalfOf',
    'delete a module on behalf of a nested IoT Edge device',
  ),
];

type Permissions = readonly Permission[];

function service(
  operation: Operation,
  method: Method,
  path: string,
  permissions: Permissions,
  meaning: string,
  handle: ServiceHandler,
): Route {
  return { operation, method, path, permissions, meaning, api: 'service', handle };
}

function module(
  operation: Operation,
  method: Method,
  path: string,
  permissions: Permissions,
  meaning: string,
  handle: ServiceHandler,
): Route {
  return {
    operation,
    method,
    path,
    permissions,
    meaning,
    api: 'deviceOrService',
    jsonErrors: 'moduleIdentity',
    handle,
  };
}

function method(path: string, meaning: string): Route {
  return {
    operation: 'invokeMethod',
    method: 'POST',
    path,
    permissions: CONNECT,
    meaning,
    api: 'moduleOrService',
    jsonErrors: 'always',
    handle: invokeMethod,
  };
}

function command(path: string, meaning: string): Route {
  return {
    ...service('invokeCommand', 'POST', path, CONNECT, meaning, invokeCommand),
    jsonErrors: 'always',
    isEntraRefused: true,
  };
}

function device(
  operation: Operation,
  method: Method,
  path: string,
  meaning: string,
  handle: ClientHandler,
): Route {
  return { operation, method, path, permissions: CLIENT, meaning, api: 'device', handle };
}

function refused(
  operation: Operation,
  method: Method,
  path: string,
  permissions: Permissions,
  meaning: string,
  reason: string,
  api: Api = 'service',
): Route {
  return { operation, method, path, permissions, meaning, api, refused: reason };
}

function refusedClient(
  operation: Operation,
  method: Method,
  path: string,
  meaning: string,
  reason: string,
): Route {
  return refused(operation, method, path, CLIENT, meaning, reason, 'device');
}

function edge(operation: Operation, method: Method, word: string, meaning: string): Route {
  return refusedClient(operation, method, `/devices/:deviceId/modules/:moduleId/${word}`, meaning, SCOPES);
}
