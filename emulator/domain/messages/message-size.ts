import type { MessageProperties } from './message.ts';

const TIME_BYTES = 8;
const encoder = new TextEncoder();

/**
 * Returns the size of a message, in bytes, for comparison with its limit. It is the sum of the body, the values of
 * system properties, and the names and values of application properties. A time counts as 8 bytes.
 */
export function messageSizeOf(body: Uint8Array, { system, application }: MessageProperties): number {
  let size = body.length;
  for (const [name, value] of Object.entries(system)) {
    size += name.endsWith('Utc') ? TIME_BYTES : byteLengthOf(value);
  }
  for (const [name, value] of Object.entries(application))
    size += byteLengthOf(name) + byteLengthOf(value ?? '');
  return size;
}

function byteLengthOf(text: string): number {
  return encoder.encode(text).length;
}
