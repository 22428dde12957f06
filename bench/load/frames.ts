import { createHmac } from 'node:crypto';

/** An MQTT CONNECT of a device with its SAS token (clean session, long keep-alive). */
export function connectFrame(
  deviceId: string,
  credentials?: { readonly userName: string; readonly password: string },
): Buffer {
  const flags = credentials === undefined ? 0x02 : 0xc2;
  const body = Buffer.concat([
    text('MQTT'),
    Buffer.from([4, flags, 0x04, 0x00]),
    text(deviceId),
    ...(credentials === undefined ? [] : [text(credentials.userName), text(credentials.password)]),
  ]);
  return Buffer.concat([Buffer.from([0x10]), remainingLength(body.length), body]);
}

/** A ring of PUBLISH frames (QoS 1, ids from 1): twice `count`, so that any `count` of them lie side by side. */
export function publishRing(
  topic: string,
  bodyBytes: number,
  count: number,
): { readonly bytes: Buffer; readonly frameBytes: number } {
  const body = Buffer.alloc(bodyBytes, 0x78);
  const frames: Buffer[] = [];
  for (let index = 0; index < count * 2; index++) {
    const id = (index % count) + 1;
    const rest = Buffer.concat([text(topic), Buffer.from([id >> 8, id & 0xff]), body]);
    frames.push(Buffer.concat([Buffer.from([0x32]), remainingLength(rest.length), rest]));
  }
  return { bytes: Buffer.concat(frames), frameBytes: frames[0]?.length ?? 0 };
}

/** A SUBSCRIBE to one filter at QoS 0. */
export function subscribeFrame(filter: string): Buffer {
  const rest = Buffer.concat([Buffer.from([0, 1]), text(filter), Buffer.from([0])]);
  return Buffer.concat([Buffer.from([0x82]), remainingLength(rest.length), rest]);
}

/** A SAS token of a policy. */
export function policyToken(hostName: string, policyName: string, key: string): string {
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const signature = createHmac('sha256', Buffer.from(key, 'base64'))
    .update(`${hostName}\n${expiry}`)
    .digest('base64');
  return `SharedAccessSignature sr=${hostName}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${policyName}`;
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
