import type { Operation } from '../../../domain/operations.ts';
import type { Method } from '../../wire/route.ts';
import { CLIENT, type HubRoute, refusedBecause } from '../route.ts';

const refused = refusedBecause('the APIs behind a nested IoT Edge hub come later', ['module']);

export const EDGE_ROUTES: readonly HubRoute[] = [
  edge(
    'getDevicesAndModulesInDeviceScope',
    'GET',
    'list the clients below an IoT Edge device',
    'devicesAndModulesInDeviceScope',
  ),
  edge(
    'getDeviceAndModuleInDeviceScope',
    'GET',
    'read a client below an IoT Edge device',
    'deviceAndModuleInDeviceScope',
  ),
  edge(
    'getDevicesAndModulesInTargetDeviceScope',
    'POST',
    'list the clients below a nested IoT Edge device',
    'devicesAndModulesInTargetDeviceScope',
  ),
  edge('getDeviceAndModuleOnBehalfOf', 'POST', 'read a client on behalf of a nested IoT Edge device'),
  edge('putModuleOnBehalfOf', 'PUT', 'create or update a module on behalf of a nested IoT Edge device'),
  edge('getModuleOnBehalfOf', 'POST', 'read a module on behalf of a nested IoT Edge device'),
  edge('getModulesOnTargetDevice', 'POST', 'list the modules of a nested IoT Edge device'),
  edge('deleteModuleOnBehalfOf', 'POST', 'delete a module on behalf of a nested IoT Edge device'),
];

/** Creates a route of an IoT Edge hub. `word` is the last segment of the path. By default it is the operation. */
function edge(operation: Operation, method: Method, meaning: string, word: string = operation): HubRoute {
  return refused(operation, method, `/devices/:deviceId/modules/:moduleId/${word}`, CLIENT, meaning);
}
