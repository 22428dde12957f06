import type { MessageProperties } from './message.ts';

const TIME_BYTES = 8;
const encoder = new TextEncoder();

/** What a message counts for its limit: body, values of system properties (a time is 8 bytes), names and values of application properties. */
export function messageSizeOf(body: Uint8Array, { system, application }: MessageProperties): number {
  let size = body.length;
  for (const [name, value] of Object.entries(system)) {
    size += name.endsWith('Utc') ? TIME_BYTES : byteLengthOf(value);
  }
  for (const [name, value] of Object.entries(application)) size += byteLengthOf(name) + byteLengthOf(value);
  return size;
}

function byteLengthOf(text: string): number {
  return encoder.encode(text).length;
}
