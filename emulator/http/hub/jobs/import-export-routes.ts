import { type HubRoute, READ, refusedBecause, WRITE } from '../route.ts';

const refused = refusedBecause('what needs blob storage comes later');

const JOB = '/jobs/:jobId';

export const IMPORT_EXPORT_ROUTES: readonly HubRoute[] = [
  refused('createImportExportJob', 'POST', '/jobs/create', WRITE, 'import or export the registry'),
  refused('listImportExportJobs', 'GET', '/jobs', READ, 'list import and export jobs'),
  refused('getImportExportJob', 'GET', JOB, READ, 'read an import or export job'),
  refused('cancelImportExportJob', 'DELETE', JOB, WRITE, 'cancel an import or export job'),
  refused('importRegistry', 'POST', '/$admin/importRegistry', WRITE, 'import the registry, in the old way'),
  refused('exportRegistry', 'POST', '/$admin/exportRegistry', WRITE, 'export the registry, in the old way'),
];
