import { findTextFault, findTopicFault } from './text-faults.ts';

/**
 * Finds what makes a CONNECT of MQTT 3.1.1 malformed and what the broker does not check. `body` is the end of its fixed
 * header. Returns a sentence, or undefined. A field that is truncated is left to the broker.
 */
export function findConnectFault(bytes: Buffer, body: number, end: number): string | undefined {
  const flagsAt = body + 2 + bytes.readUInt16BE(body) + 1;
  const flags = bytes[flagsAt] ?? 0;
  if ((flags & WILL_QOS_3) === WILL_QOS_3) return 'The QoS of the will is 3.';
  if ((flags & (USER_NAME | PASSWORD)) === PASSWORD) return 'There is a password and no user name.';
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
  return at < end ? `${end - at} bytes follow the last field.` : undefined;
}

interface Field {
  readonly name: string;
  /** The connect flag that says that the field is present, or 0 if it always is. */
  readonly flag: number;
  readonly findFault?: (bytes: Uint8Array, start: number, end: number) => string | undefined;
}

const WILL = 0x04;
const WILL_QOS_3 = 0x18;
const PASSWORD = 0x40;
const USER_NAME = 0x80;

/** The payload of CONNECT, in its order. */
const FIELDS: readonly Field[] = [
  { name: 'client id', flag: 0, findFault: findTextFault },
  { name: 'topic of the will', flag: WILL, findFault: findTopicFault },
  { name: 'message of the will', flag: WILL },
  { name: 'user name', flag: USER_NAME, findFault: findTextFault },
  { name: 'password', flag: PASSWORD },
];
