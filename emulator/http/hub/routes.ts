import { CLOUD_TO_DEVICE_ROUTES } from './cloud-to-device/cloud-to-device-routes.ts';
import { CONFIGURATION_ROUTES } from './configurations/configuration-routes.ts';
import { DIGITAL_TWIN_ROUTES } from './digital-twins/digital-twin-routes.ts';
import { EDGE_ROUTES } from './edge/edge-routes.ts';
import { EVENT_ROUTES } from './events/event-routes.ts';
import { FILE_ROUTES } from './files/file-routes.ts';
import { IDENTITY_ROUTES } from './identities/identity-routes.ts';
import { IMPORT_EXPORT_ROUTES } from './jobs/import-export-routes.ts';
import { JOB_ROUTES } from './jobs/job-routes.ts';
import { METHOD_ROUTES } from './methods/method-routes.ts';
import { QUERY_ROUTES } from './queries/query-routes.ts';
import type { HubRoute } from './route.ts';
import { TWIN_ROUTES } from './twins/twin-routes.ts';

/**
 * Every operation of the HTTPS API, supported or refused by name. If several match a request, the first one counts.
 * The `Allow` header lists methods in this order.
 */
export const ROUTES: readonly HubRoute[] = [
  ...QUERY_ROUTES,
  ...IDENTITY_ROUTES,
  ...TWIN_ROUTES,
  ...METHOD_ROUTES,
  ...JOB_ROUTES,
  ...DIGITAL_TWIN_ROUTES,
  ...CLOUD_TO_DEVICE_ROUTES,
  ...EVENT_ROUTES,
  ...CONFIGURATION_ROUTES,
  ...IMPORT_EXPORT_ROUTES,
  ...FILE_ROUTES,
  ...EDGE_ROUTES,
];
