import { integerOf, textOf } from '../binding/typed-members.ts';
import { formatJson, isJsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';
import type { MethodCall } from './method.ts';

/** The limit of the text of a payload in bytes, of a request and of a response. The text must be smaller. */
export const MAXIMUM_METHOD_PAYLOAD_BYTES = 131_072;
const MAXIMUM_NAME_LENGTH = 100;
const DEFAULT_RESPONSE_SECONDS = 30;
const DEFAULT_CONNECT_SECONDS = 0;
const MINIMUM_RESPONSE_SECONDS = 5;
const MAXIMUM_SECONDS = 300;

/** Parses the body `{methodName, payload?, responseTimeoutInSeconds?, connectTimeoutInSeconds?}`. */
export function parseMethodCall(body: JsonValue): Result<MethodCall> {
  if (!isJsonObject(body)) return failed('ArgumentInvalid', 'A direct method must be a JSON object.');
  return createMethodCall({
    name: memberInAnyCase(body, 'methodName'),
    payload: memberInAnyCase(body, 'payload'),
    responseTimeout: memberInAnyCase(body, 'responseTimeoutInSeconds'),
    connectTimeout: memberInAnyCase(body, 'connectTimeoutInSeconds'),
  });
}

/**
 * Creates the call of a direct method from its parts. A timeout that is absent or null has its default value. An absent
 * payload is empty, and a payload of null is `null`.
 */
export function createMethodCall(parts: {
  readonly name: JsonValue | undefined;
  readonly payload: JsonValue | undefined;
  readonly responseTimeout: JsonValue | undefined;
  readonly connectTimeout: JsonValue | undefined;
}): Result<MethodCall> {
  const name = parseName(parts.name);
  if (!name.ok) return name;
  const payload = parsePayload(parts.payload);
  if (!payload.ok) return payload;
  const responseSeconds = integerOf(parts.responseTimeout, DEFAULT_RESPONSE_SECONDS);
  const response = checkSeconds('ResponseTimeout', responseSeconds, MINIMUM_RESPONSE_SECONDS);
  if (!response.ok) return response;
  const connectSeconds = integerOf(parts.connectTimeout, DEFAULT_CONNECT_SECONDS);
  const connect = checkSeconds('ConnectTimeout', connectSeconds, 0);
  if (!connect.ok) return connect;
  if (connect.value > response.value) {
    const text = `Device connection timeout (${connect.value} s) cannot be longer than an overall call timeout (${response.value} s).`;
    return failed('ArgumentInvalid', text);
  }
  return ok({
    name: name.value,
    payload: payload.value,
    responseTimeoutSeconds: response.value,
    connectTimeoutSeconds: connect.value,
  });
}

/** Returns the text of a payload. Error: `ArgumentInvalid` if it is too large. */
export function checkMethodPayload(text: string): Result<string> {
  // A UTF-16 code unit has one to three bytes in UTF-8, so that a short payload is not encoded.
  const isShort = text.length * 3 < MAXIMUM_METHOD_PAYLOAD_BYTES;
  if (isShort || new TextEncoder().encode(text).length < MAXIMUM_METHOD_PAYLOAD_BYTES) return ok(text);
  const limit = `'payload' size should be less than ${MAXIMUM_METHOD_PAYLOAD_BYTES} bytes.`;
  return failed('ArgumentInvalid', limit);
}

function parseName(value: JsonValue | undefined): Result<string> {
  const name = textOf(value, null);
  if (name === null) return failed('ArgumentNull', 'methodName is missing.');
  if (name === undefined || name.trim() === '') {
    return failed('ArgumentInvalid', 'methodName must be a text that is not blank.');
  }
  if (name.length <= MAXIMUM_NAME_LENGTH) return ok(name);
  return failed('ArgumentInvalid', `MethodName cannot be longer than ${MAXIMUM_NAME_LENGTH}`);
}

function parsePayload(value: JsonValue | undefined): Result<string> {
  return value === undefined ? ok('') : checkMethodPayload(formatJson(value));
}

function checkSeconds(name: string, seconds: number | undefined, minimum: number): Result<number> {
  if (seconds !== undefined && seconds >= minimum && seconds <= MAXIMUM_SECONDS) return ok(seconds);
  return failed('ArgumentInvalid', `${name} has to be between ${minimum} and ${MAXIMUM_SECONDS} seconds.`);
}
