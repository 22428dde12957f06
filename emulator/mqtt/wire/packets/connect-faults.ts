import { findTopicFault } from './text-faults.ts';

/**
 * Finds what makes a CONNECT of MQTT 3.1.1 malformed and what the broker does not check. `body` is the end of its fixed
 * header. Returns a sentence, or undefined. A field that is truncated is left to the broker.
 */
export function findConnectFault(bytes: Buffer, body: number, end: number): string | undefined {
  const flagsAt = body + 2 + bytes.readUInt16BE(body) + 1;
  const flags = bytes[flagsAt] ?? 0;
  if ((flags & WILL_QOS_3) === WILL_QOS_3) return 'The QoS of the will is 3.';
  let at = flagsAt + 3;
  for (const { name, flag, findFault } of FIELDS) {
    if ((flags & flag) !== flag) continue;
    if (at + 2 > end) return undefined;
    const start = at + 2;
    at = start + bytes.readUInt16BE(at);
    if (at > end) return undefined;
    const fault = findFault?.(bytes, start, at);
    if (fault !== undefined) return `The ${name} ${fault}.`;
  }
  return undefined;
}

interface Field {
  readonly name: string;
  /** The connect flag that says that the field is present, or 0 if it always is. */
  readonly flag: number;
  readonly findFault?: (bytes: Uint8Array, start: number, end: number) => string | undefined;
}

const WILL_QOS_3 = 0x18;
const WILL = 0x04;

/** The payload of CONNECT, in its order. */
const FIELDS: readonly Field[] = [
  { name: 'client id', flag: 0 },
  { name: 'topic of the will', flag: WILL, findFault: findTopicFault },
];
