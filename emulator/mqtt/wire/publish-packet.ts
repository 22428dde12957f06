import { generate } from 'mqtt-packet';

/** A PUBLISH on its way to a client. */
export interface OutgoingPublish {
  readonly topic: string;
  readonly body: string | Uint8Array;
  /** Present at QoS 1, absent at QoS 0. */
  readonly packetId?: number;
  readonly isDuplicate?: boolean;
}

const MAXIMUM_TOPIC_BYTES = 65_535;

/** The packet as one chunk, or undefined where its topic is longer than MQTT allows. */
export function formatPublish({ topic, body, packetId, isDuplicate }: OutgoingPublish): Buffer | undefined {
  if (Buffer.byteLength(topic) > MAXIMUM_TOPIC_BYTES) return undefined;
  const payload = typeof body === 'string' ? body : Buffer.from(body.buffer, body.byteOffset, body.length);
  return generate({
    cmd: 'publish',
    topic,
    payload,
    retain: false,
    qos: packetId === undefined ? 0 : 1,
    dup: isDuplicate ?? false,
    ...(packetId === undefined ? {} : { messageId: packetId }),
  });
}
