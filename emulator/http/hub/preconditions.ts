import { NO_PRECONDITION, type Precondition } from '../../domain/precondition.ts';

const ANY: Precondition = { kind: 'any' };

/** Parses `If-Match` on a device or module identity. The etag counts with or without quotes. */
export function parseIdentityPrecondition(header: string | undefined): Precondition {
  if (header === undefined) return NO_PRECONDITION;
  const value = header.trim();
  if (value === '' || value === '""') return NO_PRECONDITION;
  return isAny(value) ? ANY : { kind: 'etag', etag: unquote(value) ?? value };
}

/** Parses `If-Match` on a twin. An etag without quotes is ignored. Source: Azure/azure-iot-sdk-node#606. */
export function parseTwinPrecondition(header: string | undefined): Precondition {
  if (header === undefined) return NO_PRECONDITION;
  const value = header.trim();
  if (isAny(value)) return ANY;
  const etag = unquote(value);
  return etag === undefined || etag === '' ? NO_PRECONDITION : { kind: 'etag', etag };
}

function isAny(value: string): boolean {
  return value === '*' || value === '"*"';
}

function unquote(value: string): string | undefined {
  return value.length >= 2 && value.startsWith('"') && value.endsWith('"') ? value.slice(1, -1) : undefined;
}
