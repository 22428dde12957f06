import { type HubRoute, READ, refusedBecause, service, WRITE } from '../route.ts';
import { findImportExportJob, listImportExportJobs } from './import-export-handlers.ts';

const refused = refusedBecause('what needs blob storage comes later');

const JOB = '/jobs/:jobId';

export const IMPORT_EXPORT_ROUTES: readonly HubRoute[] = [
  refused('createImportExportJob', 'POST', '/jobs/create', WRITE, 'import or export the registry'),
  service(
    'listImportExportJobs',
    'GET',
    '/jobs',
    READ,
    'list import and export jobs, of which there are none',
    listImportExportJobs,
  ),
  service('getImportExportJob', 'GET', JOB, READ, 'read an import or export job', findImportExportJob),
  service(
    'cancelImportExportJob',
    'DELETE',
    JOB,
    WRITE,
    'cancel an import or export job',
    findImportExportJob,
  ),
  refused('importRegistry', 'POST', '/$admin/importRegistry', WRITE, 'import the registry, in the old way'),
  refused('exportRegistry', 'POST', '/$admin/exportRegistry', WRITE, 'export the registry, in the old way'),
];
