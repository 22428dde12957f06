import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import { type JsonValue, parseJson } from '../../domain/json.ts';
import { failed, ok, type Result } from '../../domain/result.ts';

const NO_BODY = ok(Buffer.alloc(0));

/**
 * Reads a body. Returns a promise only if the request announces a body. A body that is too large is refused as soon as
 * that is known, and never kept in memory.
 */
export function readBody(
  request: IncomingMessage,
  maximumBytes: number,
): Result<Buffer> | Promise<Result<Buffer>> {
  const length = Number(request.headers['content-length'] ?? 0);
  if (length === 0 && request.headers['transfer-encoding'] === undefined) return NO_BODY;
  if (length > maximumBytes) return tooLarge(maximumBytes);
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

/** Parses a body as JSON, and its value with the given function. */
export function parseJsonBody<T>(body: Buffer, parse: (value: JsonValue) => Result<T>): Result<T> {
  if (body.length === 0) return failed('ArgumentNull', 'The request needs a JSON body.');
  if (!isUtf8(body)) return failed('ArgumentInvalid', 'The body is not valid UTF-8.');
  // .NET tools begin JSON files with a byte order mark.
  const text = body.toString('utf8');
  const value = parseJson(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
  return value.ok ? parse(value.value) : value;
}

function tooLarge(maximumBytes: number): Result<never> {
  return failed('MessageTooLarge', `The body is larger than ${maximumBytes} bytes.`);
}
