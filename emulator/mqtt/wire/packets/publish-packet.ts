import { allocatePacket } from './fixed-header.ts';
import { PACKET_TYPES } from './packet-types.ts';

/** A PUBLISH to a client. */
export interface OutgoingPublish {
  readonly topic: string;
  readonly body: string | Uint8Array;
  /** The packet id, present at QoS 1 and absent at QoS 0. */
  readonly packetId?: number;
  readonly isDuplicate?: boolean;
}

const MAXIMUM_TOPIC_BYTES = 65_535;
const DUPLICATE = 8;
const QOS_1 = 2;

/** Returns true if a topic is not longer than MQTT allows. */
export function isTopicSendable(topic: string): boolean {
  return Buffer.byteLength(topic) <= MAXIMUM_TOPIC_BYTES;
}

/** Formats a PUBLISH. Returns undefined if its topic is longer than MQTT allows. */
export function formatPublish({ topic, body, packetId, isDuplicate }: OutgoingPublish): Buffer | undefined {
  const topicBytes = Buffer.byteLength(topic);
  if (topicBytes > MAXIMUM_TOPIC_BYTES) return undefined;
  const bodyBytes = Buffer.byteLength(body);
  const flags = (isDuplicate === true ? DUPLICATE : 0) | (packetId === undefined ? 0 : QOS_1);
  const length = 2 + topicBytes + (packetId === undefined ? 0 : 2) + bodyBytes;
  const packet = allocatePacket((PACKET_TYPES.PUBLISH << 4) | flags, length);
  let at = packet.writeUInt16BE(topicBytes, packet.length - length);
  at += packet.write(topic, at);
  if (packetId !== undefined) at = packet.writeUInt16BE(packetId, at);
  if (typeof body === 'string') packet.write(body, at);
  else packet.set(body, at);
  return packet;
}
