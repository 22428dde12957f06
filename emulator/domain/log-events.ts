/** The meaning of every `event` of the log. The names of the events are stable. */
export const LOG_EVENTS = {
  'api-version-missing': 'A client connected without `api-version` in its MQTT user name. It is accepted.',
  'broker-failed': 'The MQTT broker reported an error. The message contains its stack.',
  'client-connected': 'A device or module connected over MQTT.',
  'client-disconnected': 'The MQTT connection of a device or module ended. The reason is the cause.',
  'client-refused': 'The credentials or the CONNECT packet of a device or module were refused.',
  'connection-broken':
    'A connection failed in its TLS handshake, or later by an error of its socket. The level is `warn` for the first TLS failure of an address with each reason.',
  'connection-dropped':
    'The emulator ended an MQTT connection. The level is `error` only if the reason is `emulator-failed`.',
  'events-forgotten': 'A partition exceeded its memory limit. `count` events were deleted, the oldest first.',
  'feedback-forgotten':
    'Too many batches of feedback waited for a back end. `count` batches were deleted, the oldest first.',
  'host-name-refused':
    'An HTTPS request or an upgrade has a Host header that is not a name of the hub. The message lists the names.',
  'job-ended': 'A scheduled job was completed, failed or cancelled.',
  'message-dead-lettered': 'A cloud-to-device message left its queue and was not completed.',
  'message-not-completed':
    'A PUBACK acknowledged a cloud-to-device message that the device no longer holds. `errorCode` is the name of the error.',
  'message-undeliverable':
    'A cloud-to-device message cannot be written as an MQTT packet. The hub rejected it for the device.',
  'method-answer-unreadable':
    'A client answered a direct method with a payload that is not valid JSON. The caller receives it unchanged. The row of a job has `null`.',
  'operation-not-supported': 'An operation was called that the emulator does not support.',
  'query-refused': 'A query has a syntax error. The message contains its position.',
  'request-broken':
    'The HTTPS port received bytes that are not a valid HTTP request, or received them too late.',
  'request-crashed': 'A request failed because of a bug in the emulator. The caller receives ServerError.',
  'request-failed': 'An HTTPS request was answered with an error. `errorCode` is the name of the error.',
  'rsa-certificate-missing':
    'The RSA certificate could not be created. Clients that support no ECDSA cannot connect.',
  'service-refused': 'The credentials of a back end were refused, or its policy lacks a permission.',
  'user-name-not-encoded':
    'A client connected with a `/` in an option of its MQTT user name, expected `%2F`. It is accepted.',
  'variable-unknown':
    'An environment variable begins with `IOTHUB_EMULATOR_` and is not an option. It may be misspelt.',
  'websocket-refused':
    'A request for a WebSocket was answered with 400. The reason names what is not supported, the message what is.',
  'will-dropped': 'A client was lost, and its will cannot become telemetry.',
} as const satisfies Readonly<Record<string, string>>;

export type LogEvent = keyof typeof LOG_EVENTS;

/** The meaning of every `reason` of the log outside REFUSAL_REASONS, CONNECT_REFUSAL_REASONS and DROP_REASONS. */
export const LOG_REASONS = {
  graceful: 'The client sent DISCONNECT.',
  lost: 'The connection ended without DISCONNECT.',
  'superseded-by-new-connection':
    'The same device or module connected again. IoT Hub keeps the newer connection.',
  'identity-deleted': 'The identity of the connected client was deleted.',
  'hub-closed': 'The emulator stopped.',
  'hub-reset': 'The hub was reset to the state of a new one.',
  'hub-restored': 'The state of the hub was replaced by that of a snapshot.',
  'device-missing-or-disabled':
    'The device of a module is not registered or is disabled. Only errors inside the emulator have this reason; no log line has it.',
  'query-malformed': 'The query has a syntax error.',
  'will-topic-foreign': 'The topic of the will is not the client’s own telemetry topic.',
  'websocket-path-unknown': 'There is no WebSocket at the path of the request.',
  'websocket-subprotocol-unsupported':
    'The client offered only subprotocols that are not supported, for example AMQP.',
  'websocket-handshake-malformed': 'The headers of the request are not those of a WebSocket.',
  'tls-untrusted-authority':
    'The client refused the certificate of the hub. It does not trust the certificate authority, or its clock is wrong.',
  'tls-no-common-cipher':
    'The client offers no cipher suite, signature algorithm or key exchange that the hub supports.',
  'tls-protocol': 'The client did not send TLS 1.2 or TLS 1.3, or the handshake failed for another cause.',
  'tls-perhaps-untrusted':
    'The client closed the connection before it sent data. A Node client does this if it does not trust the authority, or if the certificate lacks its host name.',
  'topic-too-long': 'The topic with the properties of the message exceeds 65,535 bytes.',
  Rejected: 'The device rejected the message.',
  DeliveryCountExceeded: 'The device abandoned the message too often.',
  Expired: 'The message expired before the device completed it.',
} as const satisfies Readonly<Record<string, string>>;
