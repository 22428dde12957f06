import { failed, type Result } from '../domain/result.ts';

/** Every stable word with which the log says why somebody was refused, and what it means. */
export const REFUSAL_REASONS = {
  'credentials-missing': 'Neither a token nor a client certificate was presented.',
  'credential-kind-mismatch': 'The identity is registered for another kind of credential than the one shown.',
  'host-name-mismatch': 'The client asked for a host name that is none of this hub’s names.',
  'device-unknown': 'No device with this id is registered (ids are case-sensitive).',
  'module-unknown': 'The device has no module with this id (ids are case-sensitive).',
  'identity-disabled': 'The device is registered, but its status is disabled.',
  'policy-unknown': 'The token names a shared access policy that this hub does not have.',
  'permission-missing': 'The shared access policy lacks the permission that the operation needs.',
  'token-malformed': 'The text is no SAS token: a field is missing, repeated or not of its form.',
  'token-expired': 'The token’s expiry (se) lies more than five minutes in the past.',
  'signature-mismatch': 'The token was signed with neither the primary nor the secondary key.',
  'audience-mismatch': 'The token’s resource (sr) does not cover what was asked for.',
  'certificate-malformed': 'The presented client certificate cannot be read.',
  'certificate-expired': 'A certificate of the presented chain, or its authority, has expired.',
  'certificate-not-yet-valid': 'A certificate of the presented chain, or its authority, is not valid yet.',
  'thumbprint-mismatch': 'The certificate’s SHA-1 and SHA-256 equal none of the registered thumbprints.',
  'common-name-mismatch': 'The certificate’s subject does not hold exactly one common name, the client’s id.',
  'untrusted-authority': 'The certificate does not chain to an authority registered with this hub.',
} as const satisfies Readonly<Record<string, string>>;

export type RefusalReason = keyof typeof REFUSAL_REASONS;

/** A refused credential; the message is for the log, for a client hears no more than "unauthorized". */
export function refused(reason: RefusalReason, message: string = REFUSAL_REASONS[reason]): Result<never> {
  return failed('IotHubUnauthorized', message, reason);
}
