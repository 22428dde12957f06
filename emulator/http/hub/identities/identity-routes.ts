import type { Permission } from '../../../domain/access/policy.ts';
import type { Operation } from '../../../domain/operations.ts';
import type { Method } from '../../wire/route.ts';
import { CONNECT, type HubRoute, READ, type ServiceHandler, service, WRITE } from '../route.ts';
import { regenerateKeys, updateRegistry } from './bulk-handlers.ts';
import { deleteDevice, getDevice, listDevices, putDevice } from './device-handlers.ts';
import { deleteModule, getModule, listModules, putModule } from './module-handlers.ts';
import { getDeviceStatistics, getServiceStatistics } from './statistics-handlers.ts';

const DEVICE = '/devices/:deviceId';
const MODULES = `${DEVICE}/modules`;
const MODULE = `${MODULES}/:moduleId`;
const KEYS = '/devices/keys/regenerate';
const READ_OR_CONNECT: readonly Permission[] = [...READ, ...CONNECT];

// 100 devices, each with a twin of maximum size.
const MAXIMUM_BULK_BYTES = 16_777_216;

export const IDENTITY_ROUTES: readonly HubRoute[] = [
  service('listDevices', 'GET', '/devices', READ, 'list device identities', listDevices),
  {
    ...service(
      'updateRegistry',
      'POST',
      '/devices',
      WRITE,
      'create, update and delete identities in bulk',
      updateRegistry,
    ),
    maximumBodyBytes: MAXIMUM_BULK_BYTES,
  },
  service('regenerateKeys', 'POST', KEYS, WRITE, 'regenerate keys of devices and modules', regenerateKeys),
  service('getDevice', 'GET', DEVICE, READ, 'read a device identity', getDevice),
  service('createOrUpdateDevice', 'PUT', DEVICE, WRITE, 'create or update a device identity', putDevice),
  service('deleteDevice', 'DELETE', DEVICE, WRITE, 'delete a device identity', deleteDevice),
  module('listModules', 'GET', MODULES, READ, 'list the module identities of a device', listModules),
  module('getModule', 'GET', MODULE, READ, 'read a module identity', getModule),
  module('createOrUpdateModule', 'PUT', MODULE, WRITE, 'create or update a module identity', putModule),
  module('deleteModule', 'DELETE', MODULE, WRITE, 'delete a module identity', deleteModule),
  service('getDeviceStatistics', 'GET', '/statistics/devices', READ, 'count devices', getDeviceStatistics),
  service(
    'getServiceStatistics',
    'GET',
    '/statistics/service',
    READ_OR_CONNECT,
    'count connected devices',
    getServiceStatistics,
  ),
];

function module(
  operation: Operation,
  method: Method,
  path: string,
  permissions: readonly Permission[],
  meaning: string,
  handle: ServiceHandler,
): HubRoute {
  return {
    ...service(operation, method, path, permissions, meaning, handle),
    callers: ['service', 'device'],
    jsonErrors: ['IotHubUnauthorizedAccess', 'ModuleAlreadyExistsOnDevice'],
  };
}
