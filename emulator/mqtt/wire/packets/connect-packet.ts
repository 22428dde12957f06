import type { ConnectPacket } from 'aedes';
import type { ConnectRequest } from '../service.ts';
import { PACKET_TYPES } from './packet-types.ts';

/** The protocol level of MQTT 3.1.1. */
export const PROTOCOL_LEVEL = 4;

/** The return codes of CONNACK that the wire uses. */
export const CONNACK_CODES = { ACCEPTED: 0, PROTOCOL_LEVEL: 1, NOT_AUTHORIZED: 5 } as const;

const BRIDGE_FLAG = 0x80;

/**
 * Parses the protocol level of a CONNECT packet whose fixed header ends at `body`. The flag 0x80 of a bridge is
 * included. Returns undefined if the protocol name is not that of MQTT.
 */
export function parseProtocolLevel(bytes: Buffer, body: number, end: number): number | undefined {
  if (body + 2 > end) return undefined;
  const nameEnd = body + 2 + bytes.readUInt16BE(body);
  const level = bytes[nameEnd];
  if (nameEnd >= end || level === undefined) return undefined;
  const name = bytes.toString('latin1', body + 2, nameEnd);
  // The name of MQTT 3.1. Its clients must receive a CONNACK that refuses their level.
  const isOld = name === 'MQIsdp' && (level & ~BRIDGE_FLAG) === 3;
  return name === 'MQTT' || isOld ? level : undefined;
}

/**
 * Converts a CONNECT. Removes the keep-alive from it, because the broker does not see all packets. Removes the will,
 * because it has to reach the service before its session ends.
 */
export function takeConnect(packet: ConnectPacket): {
  readonly request: ConnectRequest;
  readonly keepAliveSeconds: number;
} {
  const { clientId, username = '', keepalive = 0, will } = packet;
  packet.keepalive = 0;
  delete packet.will;
  const isRetained = will?.retain === true;
  return {
    request: {
      clientId,
      userName: username,
      ...(will && { will: { topic: will.topic, body: Buffer.from(will.payload), isRetained } }),
    },
    keepAliveSeconds: keepalive,
  };
}

export function formatConnack(returnCode: number, isSessionPresent = false): Buffer {
  return Buffer.from([PACKET_TYPES.CONNACK << 4, 2, isSessionPresent ? 1 : 0, returnCode]);
}
