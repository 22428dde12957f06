import { createHmac, timingSafeEqual } from 'node:crypto';
import { decodePercent } from '../domain/percent-encoding.ts';
import { ok, type Result } from '../domain/result.ts';
import { coversResource, type Resource } from './audience.ts';
import { refused } from './refusal-reasons.ts';

/** A SAS token as it was received. Nothing is verified yet. */
export interface SasToken {
  /** The `sr` field, still encoded: the signature covers exactly these characters. */
  readonly resource: string;
  /** The `sig` field as base64 text. */
  readonly signature: string;
  /** The `se` field as received: the signature covers it too. */
  readonly expiryText: string;
  /** Unix milliseconds. */
  readonly expiryUtc: number;
  /** The `skn` field: the shared access policy. It is absent if a device or module signed with its own key. */
  readonly policyName?: string;
}

/** The requirements that a token is verified against. */
export interface TokenRequirements extends Resource {
  /** The keys as Base64. Null means that the identity does not have this key. */
  readonly keys: readonly (string | null)[];
  /** The keys that count too, for example those of a module's device. They are tried only if no other key signed. */
  readonly furtherKeys?: readonly (string | null)[];
  /** Unix milliseconds. */
  readonly now: number;
}

/** The time that a client's clock may be behind (Azure documentation, error code 401003). */
export const CLOCK_SKEW_MILLISECONDS = 5 * 60 * 1000;

// The last second of the year 9999, the latest time that the service supports.
const LATEST_EXPIRY_SECONDS = 253_402_300_799;
const DECIMAL = /^[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?$/i;
const FIELD_NAMES: ReadonlySet<string> = new Set(['sr', 'sig', 'se', 'skn']);

/** Parses `SharedAccessSignature sr=…&sig=…&se=…[&skn=…]`. The fields can have any order and letter case. */
export function parseSasToken(text: string): Result<SasToken> {
  const [scheme, body, ...rest] = text.split(/\s/);
  if (scheme !== 'SharedAccessSignature' || body === undefined || rest.length > 0) {
    return refused(
      'token-malformed',
      "The token does not have the form 'SharedAccessSignature sr=…&sig=…&se=…'.",
    );
  }
  const fields = parseFields(body);
  if (!fields.ok) return fields;
  const { sr, sig, se, skn } = fields.value;
  if (!sr || !sig || !se)
    return refused('token-malformed', 'The token does not have all of the fields sr, sig and se.');
  const expirySeconds = DECIMAL.test(se) ? Number(se) : Number.NaN;
  if (!(expirySeconds <= LATEST_EXPIRY_SECONDS)) {
    return refused(
      'token-malformed',
      `The expiry of the token (se) is '${se.slice(0, 40)}', expected Unix seconds up to the year 9999.`,
    );
  }
  // If a client did not encode `+`, form decoding may have replaced it with a space.
  const signature = decodePercent(sig).replaceAll(' ', '+');
  const token = { resource: sr, signature, expiryText: se, expiryUtc: expirySeconds * 1000 };
  return ok(skn ? { ...token, policyName: decodePercent(skn) } : token);
}

/** Returns true if one of the Base64 keys signed the token. The time does not depend on which of them did. */
export function verifySasSignature(token: SasToken, keys: readonly (string | null)[]): boolean {
  const presented = Buffer.from(token.signature, 'base64');
  if (presented.length !== SIGNATURE_BYTES) return false;
  let isSigned = false;
  for (const key of keys) {
    // Without this check, any client could sign a token for an identity that has no key.
    if (!key || Buffer.from(key, 'base64').length === 0) continue;
    const isEqual = timingSafeEqual(presented, sign(key, token.resource, token.expiryText));
    isSigned = isEqual || isSigned;
  }
  return isSigned;
}

/** Returns true if the token's expiry and the allowed clock skew have passed at `now` (Unix milliseconds). */
export function isExpired(token: SasToken, now: number): boolean {
  return token.expiryUtc + CLOCK_SKEW_MILLISECONDS < now;
}

/** Verifies the audience, the expiry and the signature of a token, in this order. Each has its own reason. */
export function verifySasToken(token: SasToken, requirements: TokenRequirements): Result<void> {
  if (!coversResource(token, requirements)) {
    const asked = [requirements.hostNames[0], ...requirements.path].join('/');
    return refused(
      'audience-mismatch',
      `The token is for '${token.resource.slice(0, 400)}', not for '${asked}'.`,
    );
  }
  if (isExpired(token, requirements.now)) {
    const agoSeconds = Math.round((requirements.now - token.expiryUtc) / 1000);
    return refused('token-expired', `The token expired ${agoSeconds} seconds ago.`);
  }
  const { keys, furtherKeys = [] } = requirements;
  const isSigned = verifySasSignature(token, keys) || verifySasSignature(token, furtherKeys);
  return isSigned ? ok(undefined) : refused('signature-mismatch');
}

const SIGNATURE_BYTES = 32;

type Fields = { readonly [name in 'sr' | 'sig' | 'se' | 'skn']?: string };

function parseFields(body: string): Result<Fields> {
  const fields = new Map<string, string>();
  for (const field of body.split('&')) {
    // Only the first `=` separates name and value: an id and unencoded Base64 may contain more.
    const end = field.indexOf('=');
    const name = field.slice(0, Math.max(end, 0)).toLowerCase();
    if (!FIELD_NAMES.has(name)) continue;
    if (fields.has(name))
      return refused('token-malformed', `The token has the field ${name} more than once.`);
    fields.set(name, field.slice(end + 1));
  }
  return ok(Object.fromEntries(fields));
}

function sign(key: string, resource: string, expiry: string): Buffer {
  return createHmac('sha256', Buffer.from(key, 'base64')).update(`${resource}\n${expiry}`).digest();
}
