import type { HostileRequest } from './hostile-requests.ts';
import { mutateBytes } from './mutations.ts';
import type { Random } from './random.ts';

const CONTINUATION = 0;
const TEXT = 1;
const BINARY = 2;
const CLOSE = 8;
const PING = 9;
const PONG = 10;

/** Creates a WebSocket upgrade request as device clients send it, or with small errors. */
export function upgradeRequest(random: Random, hostName: string): HostileRequest {
  const isValid = !random.oneIn(4);
  const lines = [
    `GET ${isValid ? '/$iothub/websocket' : random.pick(['/$iothub/websocket?%', '/', '/%', 'wss://x/$iothub/websocket', '*'])} HTTP/1.1`,
    `Host: ${hostName}`,
    'Connection: Upgrade',
    `Upgrade: ${isValid ? 'websocket' : random.pick(['websocket', 'h2c', ''])}`,
    `Sec-WebSocket-Version: ${isValid ? '13' : random.pick(['13', '7', 'x'])}`,
    `Sec-WebSocket-Key: ${isValid ? 'dGhlIHNhbXBsZSBub25jZQ==' : random.pick(['', 'short', 'dGhlIHNhbXBsZSBub25jZQ=='])}`,
    `Sec-WebSocket-Protocol: ${isValid ? 'mqtt' : random.pick(['mqtt', 'soap', ',', 'mqtt, mqtt', '', '\u00e9'])}`,
    ...(random.oneIn(5) ? ['Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99'] : []),
  ];
  const bytes = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  const isBroken = random.oneIn(20);
  return { bytes: isBroken ? mutateBytes(random, bytes) : bytes, isBroken };
}

/** Creates WebSocket frames of MQTT bytes: whole, fragmented, mixed with other frames, and sometimes malformed. */
export function hostileFrames(random: Random, packets: readonly Buffer[]): readonly Buffer[] {
  return packets.flatMap((packet) => {
    const frames: Buffer[] = [];
    if (random.oneIn(6)) frames.push(strayFrame(random));
    if (packet.length > 1 && random.oneIn(4)) {
      const at = 1 + random.below(packet.length - 1);
      frames.push(frame(BINARY, packet.subarray(0, at), { isLast: false }));
      if (random.oneIn(3)) frames.push(frame(PING, random.bytes(125)));
      frames.push(frame(CONTINUATION, packet.subarray(at)));
    } else frames.push(frame(random.oneIn(10) ? TEXT : BINARY, packet));
    return random.oneIn(15) ? frames.map((bytes) => mutateBytes(random, bytes)) : frames;
  });
}

function strayFrame(random: Random): Buffer {
  switch (random.below(5)) {
    case 0:
      return frame(PING, random.bytes(random.oneIn(4) ? 200 : 125));
    case 1:
      return frame(PONG, random.bytes(20));
    case 2:
      return frame(CLOSE, random.bytes(6));
    case 3:
      return frame(random.below(16), random.bytes(20), {
        isLast: random.oneIn(2),
        isMasked: random.oneIn(2),
      });
    // The announced length is much larger than the body.
    default:
      return Buffer.concat([Buffer.from([0x80 | BINARY, 0xff]), random.bytes(20)]);
  }
}

function frame(opcode: number, body: Buffer, { isLast = true, isMasked = true } = {}): Buffer {
  const mask = isMasked ? 0x80 : 0;
  const length =
    body.length < 126
      ? [mask | body.length]
      : body.length < 65_536
        ? [mask | 126, body.length >> 8, body.length & 0xff]
        : [
            mask | 127,
            0,
            0,
            0,
            0,
            (body.length >> 24) & 0xff,
            (body.length >> 16) & 0xff,
            (body.length >> 8) & 0xff,
            body.length & 0xff,
          ];
  // A mask of zeros does not change the body.
  return Buffer.concat([
    Buffer.from([(isLast ? 0x80 : 0) | opcode, ...length, ...(isMasked ? [0, 0, 0, 0] : [])]),
    body,
  ]);
}
