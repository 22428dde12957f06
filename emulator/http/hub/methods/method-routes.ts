import { CALLING_MODULE } from '../authorize.ts';
import { CONNECT, type HubRoute, service } from '../route.ts';
import { invokeCommand, invokeMethod } from './method-handlers.ts';

const DEVICE = '/twins/:deviceId';
const DIGITAL_TWIN = '/digitaltwins/:deviceId';

export const METHOD_ROUTES: readonly HubRoute[] = [
  method(`${DEVICE}/methods`, 'invoke a direct method of a device'),
  method(`${DEVICE}/modules/:moduleId/methods`, 'invoke a direct method of a module'),
  command(`${DIGITAL_TWIN}/commands/:command`, 'invoke a command of a digital twin'),
  command(
    `${DIGITAL_TWIN}/components/:component/commands/:command`,
    'invoke a command of a component of a digital twin',
  ),
];

function method(path: string, meaning: string): HubRoute {
  return {
    ...service('invokeMethod', 'POST', path, CONNECT, meaning, invokeMethod),
    callers: ['service', 'module'],
    jsonErrors: 'all',
    // The Node module client invokes methods without `api-version`.
    versionlessHeader: CALLING_MODULE,
  };
}

function command(path: string, meaning: string): HubRoute {
  return {
    ...service('invokeCommand', 'POST', path, CONNECT, meaning, invokeCommand),
    jsonErrors: 'all',
    isEntraRefused: true,
  };
}
