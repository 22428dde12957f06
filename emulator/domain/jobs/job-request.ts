import { enumOf, integerOf, textOf } from '../binding/typed-members.ts';
import { isJsonObject, type JsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import type { MethodCall } from '../methods/method.ts';
import { createMethodCall } from '../methods/method-request.ts';
import { failed, ok, type Result } from '../result.ts';
import { parseTime } from '../time.ts';
import type { TwinPatch } from '../twins/twin.ts';
import { parseTwinPatch } from '../twins/twin-request.ts';

export type JobType = 'scheduleUpdateTwin' | 'scheduleDeviceMethod';

/**
 * The work of a job on each of its clients. `echo` is the part of the request that a job document repeats, with its typed
 * members converted.
 */
export type JobAction =
  | { readonly type: 'scheduleUpdateTwin'; readonly patch: TwinPatch; readonly echo: JsonObject }
  | { readonly type: 'scheduleDeviceMethod'; readonly call: MethodCall; readonly echo: JsonObject };

/** A request to create a job. If `condition` is an invalid query, the job fails when it starts. */
export interface JobRequest {
  readonly jobId: string;
  readonly action: JobAction;
  readonly condition: string;
  /** Unix milliseconds; undefined means immediately. */
  readonly startUtc: number | undefined;
  readonly maximumExecutionSeconds: number;
}

// Capitals are allowed because the live tests of the .NET and Java clients send them. In 2026 IoT Hub refuses them.
const JOB_ID = /^[A-Za-z0-9\-']{1,64}$/;
// About the length at which IoT Hub answers 412. Source: Azure/azure-iot-sdk-csharp#1680.
const MAXIMUM_CONDITION_LENGTH = 8200;
const DEFAULT_EXECUTION_SECONDS = 3600;
// In the order of their numbers in the .NET service client.
const JOB_TYPES: readonly JobType[] = ['scheduleDeviceMethod', 'scheduleUpdateTwin'];
const FIRST_JOB_TYPE_NUMBER = 3;

/** Parses the body of a job PUT. */
export function parseJobRequest(jobId: string, body: JsonValue): Result<JobRequest> {
  if (!JOB_ID.test(jobId)) {
    const text = `The job id must be 1 to 64 letters, digits, '-' or ' characters.`;
    return failed('ArgumentInvalid', text);
  }
  if (!isJsonObject(body)) return failed('ArgumentInvalid', 'A job must be a JSON object.');
  if (textOf(memberInAnyCase(body, 'jobId'), jobId) !== jobId) {
    return failed('ArgumentInvalid', 'The jobId in the body differs from the one in the path.');
  }
  const action = parseAction(body);
  if (!action.ok) return action;
  const condition = parseCondition(memberInAnyCase(body, 'queryCondition'));
  if (!condition.ok) return condition;
  const startUtc = parseStart(memberInAnyCase(body, 'startTime'));
  if (!startUtc.ok) return startUtc;
  const seconds = parseExecutionSeconds(memberInAnyCase(body, 'maxExecutionTimeInSeconds'));
  if (!seconds.ok) return seconds;
  return ok({
    jobId,
    action: action.value,
    condition: condition.value,
    startUtc: startUtc.value,
    maximumExecutionSeconds: seconds.value,
  });
}

function parseAction(body: JsonObject): Result<JobAction> {
  switch (enumOf(memberInAnyCase(body, 'type'), undefined, JOB_TYPES, FIRST_JOB_TYPE_NUMBER)) {
    case 'scheduleUpdateTwin':
      return parseTwinUpdate(memberInAnyCase(body, 'updateTwin'));
    case 'scheduleDeviceMethod':
      return parseMethod(memberInAnyCase(body, 'cloudToDeviceMethod'));
    case undefined:
      return failed(
        'GenericBadRequest',
        'BadRequest: type must be scheduleUpdateTwin or scheduleDeviceMethod.',
      );
  }
}

// A job updates twins unconditionally, so that the only valid etag is `*`.
function parseTwinUpdate(twin: JsonValue | undefined): Result<JobAction> {
  if (twin === undefined || twin === null) return failed('ArgumentNull', 'updateTwin is missing.');
  const patch = parseTwinPatch(twin);
  if (!patch.ok) return patch;
  const echo = twin as JsonObject;
  if (textOf(memberInAnyCase(echo, 'etag'), '') === '*') {
    return ok({ type: 'scheduleUpdateTwin', patch: patch.value, echo });
  }
  const text =
    "Missing or invalid etag for job type ScheduleUpdateTwin. The only valid etag of updateTwin is '*'.";
  return failed('ArgumentInvalid', text);
}

function parseMethod(method: JsonValue | undefined): Result<JobAction> {
  if (method === undefined || method === null) {
    return failed('ArgumentNull', 'cloudToDeviceMethod is missing.');
  }
  if (!isJsonObject(method)) return failed('ArgumentInvalid', 'cloudToDeviceMethod must be a JSON object.');
  const call = createMethodCall({
    name: memberInAnyCase(method, 'methodName'),
    payload: memberInAnyCase(method, 'payload'),
    responseTimeout: memberInAnyCase(method, 'responseTimeoutInSeconds') ?? parseOldTimeout(method),
    connectTimeout: memberInAnyCase(method, 'connectTimeoutInSeconds'),
  });
  if (!call.ok) return call;
  const members = Object.entries(method).map(([name, value]) => [name, convertMember(name, value)]);
  return ok({ type: 'scheduleDeviceMethod', call: call.value, echo: Object.fromEntries(members) });
}

/** Converts a typed member of a direct method. Returns any other value unchanged, also one that cannot be converted. */
function convertMember(name: string, value: JsonValue): JsonValue {
  switch (name.toLowerCase()) {
    case 'methodname':
      return textOf(value, null) ?? value;
    case 'responsetimeoutinseconds':
    case 'connecttimeoutinseconds':
    case 'timeoutinseconds': {
      const seconds = integerOf(value, null);
      return seconds === undefined ? value : seconds;
    }
    default:
      return value;
  }
}

// Older clients send `timeoutInSeconds`. The Go client always sends 0, which stands for the default.
function parseOldTimeout(method: JsonObject): JsonValue | undefined {
  const timeout = memberInAnyCase(method, 'timeoutInSeconds');
  return integerOf(timeout, 0) === 0 ? undefined : timeout;
}

function parseCondition(value: JsonValue | undefined): Result<string> {
  const condition = textOf(value, '');
  if (condition === undefined) return failed('ArgumentInvalid', 'queryCondition must be a text.');
  if (condition.trim() === '') return failed('ArgumentNull', 'queryCondition is missing.');
  if (condition.length <= MAXIMUM_CONDITION_LENGTH) return ok(condition);
  const text = `queryCondition has ${condition.length} characters, at most ${MAXIMUM_CONDITION_LENGTH} are allowed.`;
  return failed('PreconditionFailed', text);
}

function parseStart(value: JsonValue | undefined): Result<number | undefined> {
  if (value === undefined || value === null || value === '') return ok(undefined);
  const startUtc = typeof value === 'string' ? parseTime(value) : undefined;
  return startUtc === undefined ? failed('ArgumentInvalid', 'startTime is no ISO 8601 time.') : ok(startUtc);
}

function parseExecutionSeconds(value: JsonValue | undefined): Result<number> {
  const seconds = integerOf(value, 0);
  if (seconds === 0) return ok(DEFAULT_EXECUTION_SECONDS);
  if (seconds !== undefined && seconds > 0) return ok(seconds);
  return failed('ArgumentInvalid', 'maxExecutionTimeInSeconds must be a whole number above 0.');
}
