import { type HubRoute, READ, service, WRITE } from '../route.ts';
import { cancelJob, createJob, getJob, queryJobs } from './job-handlers.ts';

const JOB = '/jobs/v2/:jobId';

export const JOB_ROUTES: readonly HubRoute[] = [
  service('createJob', 'PUT', JOB, WRITE, 'schedule a job', createJob),
  service('queryJobs', 'GET', '/jobs/v2/query', READ, 'list scheduled jobs', queryJobs),
  service('getJob', 'GET', JOB, READ, 'read a scheduled job', getJob),
  service('cancelJob', 'POST', `${JOB}/cancel`, WRITE, 'cancel a scheduled job', cancelJob),
];
