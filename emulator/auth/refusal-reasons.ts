import type { RefusalReason } from '../domain/log-reasons.ts';
import { failed, type Result } from '../domain/result.ts';

/** Every `reason` for which the log reports a refused client or service, with its meaning. The words are stable. */
export const REFUSAL_REASONS = {
  'credentials-missing': 'Neither a token nor a client certificate was presented.',
  'credential-kind-mismatch':
    'The identity is registered for another kind of credential, or the operation does not accept an Entra token.',
  'host-name-mismatch': 'The host name that the client sent is not a name of this hub.',
  'device-unknown': 'No device with this id is registered (ids are case-sensitive).',
  'module-unknown': 'The device has no module with this id (ids are case-sensitive).',
  'identity-disabled': 'The device is registered, but its status is disabled.',
  'policy-unknown': 'The token names a shared access policy that does not exist on this hub.',
  'permission-missing': 'The shared access policy does not have a permission that the operation needs.',
  'token-malformed': 'The SAS token is malformed: a field is missing, repeated or invalid.',
  'token-expired': 'The expiry of the token (se) is more than five minutes in the past.',
  'signature-mismatch': 'The signature of the token (sig) matches neither the primary nor the secondary key.',
  'audience-mismatch': 'The resource of the token (sr) does not cover the requested resource.',
  'certificate-malformed': 'The presented client certificate is malformed.',
  'certificate-expired': 'A certificate of the presented chain, or its authority, has expired.',
  'certificate-not-yet-valid': 'A certificate of the presented chain, or its authority, is not valid yet.',
  'thumbprint-mismatch':
    'No registered thumbprint equals the SHA-1 or SHA-256 thumbprint of the certificate.',
  'common-name-mismatch':
    'The certificate does not have exactly one common name that equals the id of the client.',
  'untrusted-authority':
    'The certificate does not chain to a certificate authority that is registered with this hub.',
} as const satisfies Readonly<Record<RefusalReason, string>>;

/** Returns the error of a refused credential. The message is for the log; the client receives "Unauthorized" only. */
export function refused(reason: RefusalReason, message: string = REFUSAL_REASONS[reason]): Result<never> {
  return failed('IotHubUnauthorized', message, reason);
}
