/** User name and password of a CONNECT. */
export interface Credentials {
  readonly userName: string;
  readonly password: string;
}

/** An MQTT CONNECT (clean session, a keep-alive longer than any measurement). */
export function connectFrame(clientId: string, credentials?: Credentials): Buffer {
  const flags = credentials === undefined ? 0x02 : 0xc2;
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, flags, 0x04, 0x00]),
    text(clientId),
    ...(credentials === undefined ? [] : [text(credentials.userName), text(credentials.password)]),
  ]);
  return Buffer.concat([Buffer.from([0x10]), remainingLength(body.length), body]);
}

/** A PUBLISH: QoS 1 if it has a packet id, otherwise QoS 0. */
export function publishFrame(topic: string, body: Uint8Array, packetId?: number): Buffer {
  const id = packetId === undefined ? Buffer.alloc(0) : Buffer.from([packetId >> 8, packetId & 0xff]);
  const rest = Buffer.concat([text(topic), id, body]);
  return Buffer.concat([
    Buffer.from([packetId === undefined ? 0x30 : 0x32]),
    remainingLength(rest.length),
    rest,
  ]);
}

/** PUBLISH frames of equal length that are sent again and again. */
export interface PublishRing {
  /** The whole ring and, once more, the first frames of it, so that `window` frames lie side by side everywhere. */
  readonly bytes: Buffer;
  readonly frameBytes: number;
  readonly frameCount: number;
}

/** Makes a ring of PUBLISH frames (QoS 1, one for each topic) whose packet ids are unique among `window` of them. */
export function publishRing(topics: readonly string[], bodyBytes: number, window: number): PublishRing {
  const body = Buffer.alloc(bodyBytes, 0x78);
  const frames = topics.map((topic, index) => publishFrame(topic, body, (index % window) + 1));
  const frameBytes = frames[0]?.length ?? 0;
  if (topics.length % window !== 0 || frames.some(({ length }) => length !== frameBytes))
    throw new Error(`Expected a multiple of ${window} topics of equal length.`);
  return {
    bytes: Buffer.concat([...frames, ...frames.slice(0, window)]),
    frameBytes,
    frameCount: frames.length,
  };
}

/** A SUBSCRIBE to one filter. */
export function subscribeFrame(filter: string, qualityOfService: 0 | 1): Buffer {
  const rest = Buffer.concat([Buffer.from([0, 1]), text(filter), Buffer.from([qualityOfService])]);
  return Buffer.concat([Buffer.from([0x82]), remainingLength(rest.length), rest]);
}

/** Topic and packet id (absent at QoS 0) of a PUBLISH. */
export function parsePublish(frame: Buffer): { readonly topic: string; readonly packetId?: number } {
  const start = headerLength(frame) + 2;
  const end = start + frame.readUInt16BE(start - 2);
  const topic = frame.toString('utf8', start, end);
  return (frame[0] ?? 0) & 6 ? { topic, packetId: frame.readUInt16BE(end) } : { topic };
}

/** Splits bytes into whole packets; `rest` is the beginning of the next one. */
export function splitFrames(bytes: Buffer): { readonly frames: readonly Buffer[]; readonly rest: Buffer } {
  const frames: Buffer[] = [];
  let rest = bytes;
  for (;;) {
    const length = frameLength(rest);
    if (length === undefined || length > rest.length) return { frames, rest };
    frames.push(rest.subarray(0, length));
    rest = rest.subarray(length);
  }
}

function frameLength(bytes: Buffer): number | undefined {
  let length = 0;
  for (let at = 1; at < bytes.length && at < 5; at++) {
    const digit = bytes[at] as number;
    length += (digit & 0x7f) * 128 ** (at - 1);
    if (digit < 0x80) return at + 1 + length;
  }
  return undefined;
}

function headerLength(frame: Buffer): number {
  let at = 1;
  while ((frame[at] as number) >= 0x80) at += 1;
  return at + 1;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}

function remainingLength(length: number): Buffer {
  const bytes: number[] = [];
  let rest = length;
  do {
    const digit = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? digit | 0x80 : digit);
  } while (rest > 0);
  return Buffer.from(bytes);
}
