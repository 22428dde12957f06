import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { parseTolerantJson } from '../../domain/binding/tolerant-json.ts';
import { type JsonValue, parseJson } from '../../domain/json.ts';
import { failed, ok, type Result } from '../../domain/result.ts';

const NO_BODY: Result<Buffer> = ok(Buffer.alloc(0));
// Tolerance costs a second pass if the body is not JSON. Hand-written bodies, which need it, are small.
const MAXIMUM_TOLERANT_BYTES = 65_536;

/**
 * Reads the body. Returns at once if the request announces none. A body that is too large is refused as soon as that is
 * known, and never kept in memory.
 */
export function readBody(
  request: IncomingMessage,
  maximumBytes: number,
): Result<Buffer> | Promise<Result<Buffer>> {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
  if (length === '0' && encoding === undefined) return NO_BODY;
  if (Number(length) > maximumBytes) return tooLarge(maximumBytes);
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= maximumBytes) chunks.push(chunk);
      else {
        chunks.length = 0;
        resolve(tooLarge(maximumBytes));
      }
    });
    request.on('end', () => resolve(ok(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks))));
    request.on('error', () => resolve(failed('IotHubFormatError', 'The request ended before its body did.')));
  });
}

/**
 * Parses the body of a service call as JSON, and its value with the given function. A body of at most 64 KB may have the
 * spellings that Newtonsoft.Json accepts.
 */
export function parseJsonBody<T>(body: Buffer, parse: (value: JsonValue) => Result<T>): Result<T> {
  return parseBody(body, body.length > MAXIMUM_TOLERANT_BYTES ? parseJson : parseTolerantJson, parse);
}

/** Parses the body of a device as JSON, and its value with the given function. */
export function parseStrictJsonBody<T>(body: Buffer, parse: (value: JsonValue) => Result<T>): Result<T> {
  return parseBody(body, parseJson, parse);
}

function parseBody<T>(
  body: Buffer,
  read: (text: string) => Result<JsonValue>,
  parse: (value: JsonValue) => Result<T>,
): Result<T> {
  if (body.length === 0) return failed('ArgumentNull', 'The request needs a JSON body.');
  if (!isUtf8(body)) return failed('ArgumentInvalid', 'The body is not valid UTF-8.');
  // .NET tools begin JSON files with a byte order mark.
  const text = body.toString('utf8');
  const value = read(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  return value.ok ? parse(value.value) : value;
}

function tooLarge(maximumBytes: number): Result<never> {
  return failed('MessageTooLarge', `The body is larger than ${maximumBytes} bytes.`);
}
