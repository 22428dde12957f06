/** The upper four bits of a packet's first byte (MQTT 3.1.1, table 2.1). */
export const PACKET_TYPES = {
  CONNECT: 1,
  CONNACK: 2,
  PUBLISH: 3,
  PUBACK: 4,
  SUBSCRIBE: 8,
  SUBACK: 9,
  UNSUBSCRIBE: 10,
  UNSUBACK: 11,
  PINGREQ: 12,
  DISCONNECT: 14,
} as const;

/** Returns the lower four bits that the first byte of a packet must have. PUBLISH has flags instead. */
export function requiredFlagsOf(type: number): number {
  return type === PACKET_TYPES.SUBSCRIBE || type === PACKET_TYPES.UNSUBSCRIBE ? 2 : 0;
}

/** The maximum number of bytes after the fixed header, by packet type; -1 if the type is not expected. */
export type PacketLimits = readonly number[];

// Client id, user name and token are short. The topic and the body of a will have up to 64 KB each.
const MAXIMUM_CONNECT_BYTES = 160 * 1024;
// The subscriptions of a client with the longest ids.
const MAXIMUM_SUBSCRIBE_BYTES = 64 * 1024;
// A topic has at most 65,535 bytes. Its length, the packet id and the body are added to it.
const MAXIMUM_PUBLISH_BYTES_WITHOUT_BODY = 65_535 + 4;

/** The limits of the first packet. */
export const LIMITS_BEFORE_CONNECT: PacketLimits = limits([[PACKET_TYPES.CONNECT, MAXIMUM_CONNECT_BYTES]]);

/** Returns the limits of the packets after CONNECT. The packets of QoS 2 are not expected. */
export function limitsAfterConnect(maximumBodyBytes: number): PacketLimits {
  return limits([
    [PACKET_TYPES.PUBLISH, maximumBodyBytes + MAXIMUM_PUBLISH_BYTES_WITHOUT_BODY],
    [PACKET_TYPES.PUBACK, 2],
    [PACKET_TYPES.SUBSCRIBE, MAXIMUM_SUBSCRIBE_BYTES],
    [PACKET_TYPES.UNSUBSCRIBE, MAXIMUM_SUBSCRIBE_BYTES],
    [PACKET_TYPES.PINGREQ, 0],
    [PACKET_TYPES.DISCONNECT, 0],
  ]);
}

function limits(rows: readonly (readonly [number, number])[]): PacketLimits {
  const byType = new Array<number>(16).fill(-1);
  for (const [type, maximumBytes] of rows) byType[type] = maximumBytes;
  return byType;
}
