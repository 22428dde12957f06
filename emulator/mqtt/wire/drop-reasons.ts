/** Why the wire ends a connection: each stable word of the log, and what it means. */
export const DROP_REASONS = {
  'connect-timeout': 'The client opened a connection and said no CONNECT in time.',
  'protocol-level-unsupported': 'Only MQTT 3.1.1 (protocol level 4) is spoken; answered with CONNACK 1.',
  'packet-malformed': 'The bytes are no MQTT packet.',
  'packet-unexpected': 'The packet has no place here: a client may not send it, or not now.',
  'packet-too-large': 'The packet’s length header exceeds what such a packet may hold.',
  'message-too-large': 'The message and its properties exceed 256 KB.',
  'quality-of-service-2': 'QoS 2 is not spoken.',
  'publish-topic-forbidden': 'There is no such topic, or it is another client’s.',
  'subscribe-filter-forbidden': 'There is no such topic filter, or it is another client’s.',
  'unsubscribe-filter-forbidden': 'There is no such topic filter, or it is another client’s.',
  'keep-alive-timeout':
    'The client was silent for one and a half times its keep-alive, or for 29.45 minutes.',
  'client-does-not-read': 'Too much is waiting for a client that does not read.',
  'emulator-failed': 'The emulator itself failed; the line tells how.',
} as const satisfies Readonly<Record<string, string>>;

export type DropReason = keyof typeof DROP_REASONS;
