import { NO_PRECONDITION, type Precondition } from '../../domain/precondition.ts';

const ANY: Precondition = { kind: 'any' };

/** `If-Match` on a device or module identity: the etag counts with or without its quotes. */
export function parseIdentityPrecondition(header: string | undefined): Precondition {
  const value = header?.trim() ?? '';
  if (value === '' || value === '""') return NO_PRECONDITION;
  if (isAny(value)) return ANY;
  return { kind: 'etag', etag: unquote(value) ?? value };
}

/** `If-Match` on a twin: an etag counts only in quotes, a bare one is ignored. Source: Azure/azure-iot-sdk-node#606. */
export function parseTwinPrecondition(header: string | undefined): Precondition {
  const value = header?.trim() ?? '';
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
