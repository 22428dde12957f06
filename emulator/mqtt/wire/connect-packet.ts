/** The protocol level (MQTT 3.1.1) that the hub speaks. */
export const PROTOCOL_LEVEL = 4;

/** CONNACK 1: unacceptable protocol version. */
export const CONNACK_PROTOCOL_LEVEL = Buffer.from([0x20, 2, 0, 1]);

const PROTOCOL_NAMES: readonly string[] = ['MQTT', 'MQIsdp'];

/**
 * The protocol level of a CONNECT packet, a bridge's 0x80 included, or undefined where this is no CONNECT of MQTT.
 * `body` is where the packet's variable header begins.
 */
export function parseProtocolLevel(bytes: Buffer, body: number, end: number): number | undefined {
  if (body + 2 > end) return undefined;
  const nameEnd = body + 2 + bytes.readUInt16BE(body);
  if (nameEnd >= end || !PROTOCOL_NAMES.includes(bytes.toString('latin1', body + 2, nameEnd)))
    return undefined;
  return bytes[nameEnd];
}
