import { isUtf8 } from 'node:buffer';

/**
 * Finds the fault of a string of MQTT, from `start` to `end`: malformed UTF-8, which includes surrogates, or U+0000
 * (MQTT 3.1.1, section 1.5.3). Returns a predicate, such as `is not UTF-8`.
 */
export function findTextFault(bytes: Uint8Array, start: number, end: number): string | undefined {
  let isAscii = true;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0) return 'contains U+0000';
    if (byte > 0x7f) isAscii = false;
  }
  return isAscii || isUtf8(bytes.subarray(start, end)) ? undefined : 'is not UTF-8';
}

/** Finds the fault of a topic name, which may not be empty and contains no wildcards. Returns a predicate. */
export function findTopicFault(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (start === end) return 'is empty';
  for (let at = start; at < end; at++) {
    if (bytes[at] === HASH || bytes[at] === PLUS) return 'contains a wildcard';
  }
  return findTextFault(bytes, start, end);
}

const HASH = 0x23;
const PLUS = 0x2b;
