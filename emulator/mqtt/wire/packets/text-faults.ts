import { isUtf8 } from 'node:buffer';

/**
 * Finds the fault of a string of MQTT, from `start` to `end`: malformed UTF-8, which includes surrogates, or U+0000
 * (MQTT 3.1.1, section 1.5.3). Returns a predicate, such as `is not UTF-8`.
 */
export function findTextFault(bytes: Uint8Array, start: number, end: number): string | undefined {
  const text = bytes.subarray(start, end);
  if (!isUtf8(text)) return 'is not UTF-8';
  return text.includes(0) ? 'contains U+0000' : undefined;
}

/** Finds the fault of a topic name, which may not be empty and contains no wildcards. Returns a predicate. */
export function findTopicFault(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (start === end) return 'is empty';
  const text = bytes.subarray(start, end);
  if (text.includes(PLUS) || text.includes(HASH)) return 'contains a wildcard';
  return findTextFault(bytes, start, end);
}

const HASH = 0x23;
const PLUS = 0x2b;
