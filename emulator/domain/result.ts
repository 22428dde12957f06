import type { HubError, HubErrorName } from './errors.ts';
import type { ErrorReason } from './log-reasons.ts';

/** The result of an operation: a value, or an error of the catalogue of IoT Hub. */
export type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly error: HubError };

export function ok<T>(value: T): Result<T> {
  return { ok: true, value };
}

export function failed(name: HubErrorName, message: string, reason?: ErrorReason): Result<never> {
  return { ok: false, error: reason === undefined ? { name, message } : { name, message, reason } };
}
