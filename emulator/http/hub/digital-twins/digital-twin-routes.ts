import { CONNECT, type HubRoute, service } from '../route.ts';
import { getDigitalTwin, updateDigitalTwin } from './digital-twin-handlers.ts';

const DIGITAL_TWIN = '/digitaltwins/:deviceId';

export const DIGITAL_TWIN_ROUTES: readonly HubRoute[] = [
  service('getDigitalTwin', 'GET', DIGITAL_TWIN, CONNECT, 'read a digital twin', getDigitalTwin),
  service('updateDigitalTwin', 'PATCH', DIGITAL_TWIN, CONNECT, 'update a digital twin', updateDigitalTwin),
];
