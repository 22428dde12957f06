import type { LOG_REASONS } from './log-events.ts';

/** The reasons for which the credentials of a client or a back end are refused, with meanings in `REFUSAL_REASONS`. */
export type RefusalReason =
  | 'credentials-missing'
  | 'credential-kind-mismatch'
  | 'host-name-mismatch'
  | 'device-unknown'
  | 'module-unknown'
  | 'identity-disabled'
  | 'policy-unknown'
  | 'permission-missing'
  | 'token-malformed'
  | 'token-expired'
  | 'signature-mismatch'
  | 'audience-mismatch'
  | 'certificate-malformed'
  | 'certificate-expired'
  | 'certificate-not-yet-valid'
  | 'thumbprint-mismatch'
  | 'common-name-mismatch'
  | 'untrusted-authority';

/**
 * The reasons for which an MQTT CONNECT is refused before its credentials are checked.
 * `CONNECT_REFUSAL_REASONS` has the meanings.
 */
export type ConnectRefusalReason = 'user-name-malformed' | 'client-id-mismatch';

/** The reasons for which the emulator ends an MQTT connection. `DROP_REASONS` has the meanings. */
type DropReason =
  | 'connect-timeout'
  | 'protocol-level-unsupported'
  | 'packet-malformed'
  | 'packet-unexpected'
  | 'websocket-message-not-binary'
  | 'packet-too-large'
  | 'message-too-large'
  | 'quality-of-service-2'
  | 'acknowledgement-unexpected'
  | 'property-bag-malformed'
  | 'publish-topic-forbidden'
  | 'subscribe-filter-forbidden'
  | 'unsubscribe-filter-forbidden'
  | 'keep-alive-timeout'
  | 'client-does-not-read'
  | 'emulator-failed';

/** The reason of an error of IoT Hub. */
export type ErrorReason =
  | RefusalReason
  | Extract<keyof typeof LOG_REASONS, 'device-missing-or-disabled' | 'query-malformed'>;

/** Every `reason` of the log. The words are stable. */
export type LogReason = ErrorReason | ConnectRefusalReason | DropReason | keyof typeof LOG_REASONS;
