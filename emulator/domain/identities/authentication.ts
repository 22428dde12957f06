import { isBase64 } from '../base64.ts';
import { enumOf, textOf } from '../binding/typed-members.ts';
import { isJsonObject, type JsonObject, type JsonValue, memberInAnyCase } from '../json.ts';
import { failed, ok, type Result } from '../result.ts';

export type AuthenticationType = 'sas' | 'selfSigned' | 'certificateAuthority' | 'none';

/**
 * The authentication of a device or module identity.
 * Keys are 16 to 64 bytes in base64. Thumbprints are SHA-1 or SHA-256 in hexadecimal.
 */
export interface Authentication {
  readonly type: AuthenticationType;
  readonly symmetricKey: { readonly primaryKey: string | null; readonly secondaryKey: string | null };
  readonly x509Thumbprint: {
    readonly primaryThumbprint: string | null;
    readonly secondaryThumbprint: string | null;
  };
}

/** A request for an authentication. The type `sas` with null keys requests new keys. */
export type AuthenticationRequest = Authentication;

// In the order of their numbers in the .NET service client.
const TYPES: readonly AuthenticationType[] = ['sas', 'selfSigned', 'certificateAuthority', 'none'];
const THUMBPRINT = /^([0-9a-f]{40}|[0-9a-f]{64})$/i;
const NO_KEYS = { primaryKey: null, secondaryKey: null };
const NO_THUMBPRINTS = { primaryThumbprint: null, secondaryThumbprint: null };

/** Parses the `authentication` member of an identity. If it is absent or null, the type is `sas` with new keys. */
export function parseAuthentication(value: JsonValue | undefined): Result<AuthenticationRequest> {
  if (value === undefined || value === null) {
    return ok({ type: 'sas', symmetricKey: NO_KEYS, x509Thumbprint: NO_THUMBPRINTS });
  }
  if (!isJsonObject(value)) return failed('ArgumentInvalid', 'authentication must be an object.');
  const thumbprints = parseThumbprints(memberInAnyCase(value, 'x509Thumbprint'));
  if (!thumbprints.ok) return thumbprints;
  const type = parseType(value, thumbprints.value.primaryThumbprint ?? thumbprints.value.secondaryThumbprint);
  if (!type.ok) return type;
  if (type.value !== 'sas') {
    const x509Thumbprint = type.value === 'selfSigned' ? thumbprints.value : NO_THUMBPRINTS;
    return ok({ type: type.value, symmetricKey: NO_KEYS, x509Thumbprint });
  }
  const keys = parseKeys(memberInAnyCase(value, 'symmetricKey'));
  return keys.ok ? ok({ type: 'sas', symmetricKey: keys.value, x509Thumbprint: NO_THUMBPRINTS }) : keys;
}

function parseType(value: JsonObject, thumbprint: string | null): Result<AuthenticationType> {
  const implied = thumbprint === null ? 'sas' : 'selfSigned';
  const type = enumOf(memberInAnyCase(value, 'type'), implied, TYPES, 0);
  return type === undefined ? failed('ArgumentInvalid', 'authentication.type is unknown.') : ok(type);
}

function parseKeys(value: JsonValue | undefined): Result<Authentication['symmetricKey']> {
  if (value === undefined || value === null) return ok(NO_KEYS);
  if (!isJsonObject(value)) return failed('ArgumentInvalid', 'symmetricKey must be an object.');
  const primaryKey = parseKey(memberInAnyCase(value, 'primaryKey'));
  if (!primaryKey.ok) return primaryKey;
  const secondaryKey = parseKey(memberInAnyCase(value, 'secondaryKey'));
  if (!secondaryKey.ok) return secondaryKey;
  if ((primaryKey.value === null) !== (secondaryKey.value === null)) {
    return failed('ArgumentInvalid', 'Either no keys or both keys can be set');
  }
  return ok({ primaryKey: primaryKey.value, secondaryKey: secondaryKey.value });
}

function parseKey(value: JsonValue | undefined): Result<string | null> {
  const key = textOf(value, '');
  if (key === '') return ok(null);
  if (key === undefined || !isBase64(key)) return failed('ArgumentInvalid', 'Invalid device key');
  const bytes = (key.length / 4) * 3 - (key.endsWith('==') ? 2 : key.endsWith('=') ? 1 : 0);
  return bytes >= 16 && bytes <= 64 ? ok(key) : failed('ArgumentInvalid', 'Invalid device key length');
}

function parseThumbprints(value: JsonValue | undefined): Result<Authentication['x509Thumbprint']> {
  if (value === undefined || value === null) return ok(NO_THUMBPRINTS);
  if (!isJsonObject(value)) return failed('ArgumentInvalid', 'x509Thumbprint must be an object.');
  const primaryThumbprint = parseThumbprint(memberInAnyCase(value, 'primaryThumbprint'));
  if (!primaryThumbprint.ok) return primaryThumbprint;
  const secondaryThumbprint = parseThumbprint(memberInAnyCase(value, 'secondaryThumbprint'));
  if (!secondaryThumbprint.ok) return secondaryThumbprint;
  return ok({ primaryThumbprint: primaryThumbprint.value, secondaryThumbprint: secondaryThumbprint.value });
}

function parseThumbprint(value: JsonValue | undefined): Result<string | null> {
  const thumbprint = textOf(value, '');
  if (thumbprint === '') return ok(null);
  if (thumbprint !== undefined && THUMBPRINT.test(thumbprint)) return ok(thumbprint);
  return failed('ArgumentInvalid', 'StringIsNotThumbprint');
}
