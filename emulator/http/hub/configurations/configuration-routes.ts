import { type HubRoute, READ, refusedBecause, WRITE } from '../route.ts';

const refused = refusedBecause('automatic device configurations come later');

const CONFIGURATIONS = '/configurations';
const TEST_QUERIES = `${CONFIGURATIONS}/testQueries`;
const CONFIGURATION = `${CONFIGURATIONS}/:configurationId`;
const CONTENT = '/devices/:deviceId/applyConfigurationContent';

export const CONFIGURATION_ROUTES: readonly HubRoute[] = [
  refused('listConfigurations', 'GET', CONFIGURATIONS, READ, 'list configurations'),
  refused('testConfigurationQueries', 'POST', TEST_QUERIES, READ, 'test the queries of a configuration'),
  refused('getConfiguration', 'GET', CONFIGURATION, READ, 'read a configuration'),
  refused('createOrUpdateConfiguration', 'PUT', CONFIGURATION, WRITE, 'create or update a configuration'),
  refused('deleteConfiguration', 'DELETE', CONFIGURATION, WRITE, 'delete a configuration'),
  refused('applyConfigurationContent', 'POST', CONTENT, WRITE, 'apply a configuration to an IoT Edge device'),
];
