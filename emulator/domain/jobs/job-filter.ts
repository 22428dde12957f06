import { failed, ok, type Result } from '../result.ts';

/** The filter of a list of jobs. Values are in lower case; undefined matches every job. */
export interface JobFilter {
  readonly type: string | undefined;
  readonly status: string | undefined;
}

// The job types of the REST API. `exportdevices` and `importdevices` are the names in the .NET client.
const TYPES: ReadonlySet<string> = new Set([
  'export',
  'exportdevices',
  'import',
  'importdevices',
  'unknown',
  'backup',
  'readdeviceproperties',
  'writedeviceproperties',
  'updatedeviceconfiguration',
  'rebootdevice',
  'factoryresetdevice',
  'firmwareupdate',
  'scheduledevicemethod',
  'scheduleupdatetwin',
  'restorefrombackup',
  'failoverdatacopy',
]);
const STATUSES: ReadonlySet<string> = new Set([
  'unknown',
  'enqueued',
  'running',
  'completed',
  'failed',
  'cancelled',
  'scheduled',
  'queued',
]);

/** Parses the `jobType` and `jobStatus` of a list of jobs. Both are case-insensitive. */
export function parseJobFilter(type: string | undefined, status: string | undefined): Result<JobFilter> {
  const filter = { type: type?.toLowerCase() || undefined, status: status?.toLowerCase() || undefined };
  if (filter.type !== undefined && !TYPES.has(filter.type)) {
    return failed('GenericBadRequest', 'BadRequest: jobType is unknown.');
  }
  if (filter.status !== undefined && !STATUSES.has(filter.status)) {
    return failed('GenericBadRequest', 'BadRequest: jobStatus is unknown.');
  }
  return ok(filter);
}
