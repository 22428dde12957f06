import { type HubRoute, READ, service } from '../route.ts';
import { queryTwins } from './query-handlers.ts';

export const QUERY_ROUTES: readonly HubRoute[] = [
  service('queryTwins', 'POST', '/devices/query', READ, 'query twins and jobs', queryTwins),
];
