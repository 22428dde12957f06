import { failed, ok, type Result } from '../result.ts';

/** Which jobs a list shows; names in lower case, undefined shows all. */
export interface JobFilter {
  readonly type: string | undefined;
  readonly status: string | undefined;
}

// The names of the REST API, and what the .NET client calls the first two of them.
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

/** Reads the `jobType` and `jobStatus` of a list of jobs, in any letter case. */
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
