import { CONNECT, type HubRoute, service } from '../route.ts';
import { getTwin, replaceTwin, updateTwin } from './twin-handlers.ts';

const DEVICE = '/twins/:deviceId';
const MODULE = `${DEVICE}/modules/:moduleId`;

export const TWIN_ROUTES: readonly HubRoute[] = [
  service('getTwin', 'GET', DEVICE, CONNECT, 'read a device twin', getTwin),
  service('updateTwin', 'PATCH', DEVICE, CONNECT, 'update a device twin', updateTwin),
  service('replaceTwin', 'PUT', DEVICE, CONNECT, 'replace a device twin', replaceTwin),
  service('getTwin', 'GET', MODULE, CONNECT, 'read a module twin', getTwin),
  service('updateTwin', 'PATCH', MODULE, CONNECT, 'update a module twin', updateTwin),
  service('replaceTwin', 'PUT', MODULE, CONNECT, 'replace a module twin', replaceTwin),
];
