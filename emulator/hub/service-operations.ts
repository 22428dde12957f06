import type { DigitalTwinOperation } from '../domain/digital-twins/digital-twin-patch.ts';
import type { BulkItem } from '../domain/identities/bulk-request.ts';
import type { DeviceId } from '../domain/identities/client-identity.ts';
import type { KeyRequest } from '../domain/identities/key-request.ts';
import type { JobFilter } from '../domain/jobs/job-filter.ts';
import type { JobRequest } from '../domain/jobs/job-request.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { Precondition } from '../domain/precondition.ts';
import type { Result } from '../domain/result.ts';

/** Which part of an answer is wanted: the values of `x-ms-max-item-count` and `x-ms-continuation`. */
export interface PageOptions {
  /** 1 to 1000; what is larger counts as 1000, anything else as the default of 100. */
  readonly maximumItemCount?: number | undefined;
  readonly continuationToken?: string | undefined;
}

/** One page of a query's answer; without a token it is the last one. */
export interface QueryPage {
  readonly itemType: 'Twin' | 'Raw' | 'DeviceJob' | 'JobResponse';
  readonly items: readonly JsonValue[];
  readonly continuationToken?: string;
}

/** Queries over `devices`, `devices.modules` and `devices.jobs`, in the order of registration. */
export interface Queries {
  /**
   * `ArgumentNull` for an empty text, `ArgumentInvalid` (with the place) for what is no query,
   * and for a token that belongs to another query.
   */
  query(text: string, options?: PageOptions): Result<QueryPage>;
}

/**
 * Scheduled jobs over devices or modules; a request comes from `parseJobRequest`.
 * Jobs run by the hub's clock: even an immediate one begins only when time goes on.
 */
export interface Jobs {
  /** The short document `{jobId, type, status: 'queued'}`. */
  createJob(request: JobRequest): Result<JsonObject>;
  /** The whole document; `{type: 'unknown', status: 'unknown'}` for a job that the hub does not hold. */
  getJob(jobId: string): JsonObject;
  /** The whole document, now `cancelled`; `JobNotFound`, or `OperationNotAllowedInCurrentState` once it runs. */
  cancelJob(jobId: string): Result<JsonObject>;
  /** Whole documents in the order of creation; a filter comes from `parseJobFilter`. */
  queryJobs(filter: JobFilter, options?: PageOptions): Result<QueryPage>;
}

/** Many registry operations in one call; items come from `parseBulkRequest`. */
export interface BulkRegistry {
  /** Does what can be done and reports the rest: the door answers 200 where all went well, else 400 with the same document. */
  updateDevices(items: readonly BulkItem[]): {
    readonly isSuccessful: boolean;
    readonly document: JsonObject;
  };
}

/** New keys for identities that have some; a request comes from `parseKeyRequest`. */
export interface Keys {
  /** `outcome`: the door answers 200 for all, 207 for some and 400 for none. */
  regenerateKeys(request: KeyRequest): {
    readonly outcome: 'all' | 'some' | 'none';
    readonly document: JsonObject;
  };
}

/** Counts of this very moment. */
export interface Statistics {
  /** `{totalDeviceCount, enabledDeviceCount, disabledDeviceCount}`; modules are no devices. */
  countDevices(): JsonObject;
  /** `{connectedDeviceCount}`. */
  countConnections(): JsonObject;
}

/** Plug and Play's view of a device twin. Its commands are direct methods, a component's `component*command`. */
export interface DigitalTwins {
  /** `etag` (without quotes) is the device twin's. */
  getDigitalTwin(deviceId: DeviceId): Result<{ readonly document: JsonObject; readonly etag: string }>;
  /** Writes desired properties, and answers the new etag; operations come from `parseDigitalTwinPatch`. */
  updateDigitalTwin(
    deviceId: DeviceId,
    operations: readonly DigitalTwinOperation[],
    precondition: Precondition,
  ): Result<{ readonly etag: string }>;
}
