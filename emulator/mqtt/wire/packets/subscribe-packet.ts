import type { Subscription } from '../service.ts';
import { allocatePacket } from './fixed-header.ts';
import { PACKET_TYPES } from './packet-types.ts';
import { findTextFault } from './text-faults.ts';

/**
 * Parses the topic filters of a SUBSCRIBE, whose variable header begins at `body`. Returns undefined if it is malformed.
 * QoS 2 becomes 1.
 */
export function parseSubscribe(
  bytes: Buffer,
  body: number,
  end: number,
): readonly Subscription[] | undefined {
  const subscriptions: Subscription[] = [];
  let at = body + 2;
  while (at < end) {
    const filterEnd = endOfText(bytes, at, end);
    // One byte of QoS follows the filter.
    if (filterEnd === undefined || filterEnd >= end) return undefined;
    const quality = bytes[filterEnd] as number;
    if (quality > 2) return undefined;
    const filter = bytes.toString('utf8', at + 2, filterEnd);
    subscriptions.push({ filter, qualityOfService: quality === 0 ? 0 : 1 });
    at = filterEnd + 1;
  }
  return subscriptions.length === 0 ? undefined : subscriptions;
}

/** Parses the topic filters of an UNSUBSCRIBE. Returns undefined if it is malformed. */
export function parseUnsubscribe(bytes: Buffer, body: number, end: number): readonly string[] | undefined {
  const filters: string[] = [];
  let at = body + 2;
  while (at < end) {
    const filterEnd = endOfText(bytes, at, end);
    if (filterEnd === undefined) return undefined;
    filters.push(bytes.toString('utf8', at + 2, filterEnd));
    at = filterEnd;
  }
  return filters.length === 0 ? undefined : filters;
}

export function formatSuback(packetId: number, granted: readonly Subscription[]): Buffer {
  return formatAnswer(
    PACKET_TYPES.SUBACK,
    packetId,
    granted.map(({ qualityOfService }) => qualityOfService),
  );
}

export function formatUnsuback(packetId: number): Buffer {
  return formatAnswer(PACKET_TYPES.UNSUBACK, packetId, []);
}

function formatAnswer(type: number, packetId: number, codes: readonly number[]): Buffer {
  const packet = allocatePacket(type << 4, 2 + codes.length);
  packet.set(codes, packet.writeUInt16BE(packetId, packet.length - 2 - codes.length));
  return packet;
}

/** Returns the end of a topic filter. Returns undefined if it is truncated or is not a string of MQTT. */
function endOfText(bytes: Buffer, at: number, end: number): number | undefined {
  if (at + 2 > end) return undefined;
  const textEnd = at + 2 + bytes.readUInt16BE(at);
  return textEnd > end || findTextFault(bytes, at + 2, textEnd) !== undefined ? undefined : textEnd;
}
