/** The reasons for which the wire ends a connection, with their meaning. The words are stable. */
export const DROP_REASONS = {
  'connect-timeout': 'The client opened a connection and sent no CONNECT within 30 seconds.',
  'protocol-level-unsupported': 'The protocol is not MQTT 3.1.1 (protocol level 4). The answer is CONNACK 1.',
  'packet-malformed': 'Malformed packet.',
  'packet-unexpected': 'Unexpected packet: a client may not send it, or not at this time.',
  'websocket-message-not-binary': 'A WebSocket message is text. MQTT uses binary messages.',
  'packet-too-large': 'The length in the packet’s header exceeds the maximum of its type.',
  'message-too-large': 'The message with its properties exceeds 256 KB.',
  'quality-of-service-2': 'QoS 2 is not supported.',
  'acknowledgement-unexpected': 'A PUBACK has a packet id that was never sent on the connection.',
  'property-bag-malformed':
    'The property bag in the topic is not name=value pairs with percent-encoding. The message contains the text.',
  'publish-topic-forbidden': 'The topic does not exist, or it is another client’s.',
  'subscribe-filter-forbidden':
    'The topic filter matches no topic of the client, or the client has too many subscriptions. The message has the filter.',
  'unsubscribe-filter-forbidden':
    'The topic filter matches no topic of the client. The message has the filter.',
  'keep-alive-timeout': 'The client sent nothing for 1.5 times its keep-alive, or for 29.45 minutes.',
  'client-does-not-read': 'More than 8 MiB wait for a client that does not read.',
  'emulator-failed': 'Internal error of the emulator. The message contains the stack trace.',
} as const satisfies Readonly<Record<string, string>>;

export type DropReason = keyof typeof DROP_REASONS;
