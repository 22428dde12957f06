import { formatErrorDocument, formatTrackingId, type Tracking } from '../../domain/error-document.ts';
import { type HubError, httpStatusOf } from '../../domain/errors.ts';
import type { Answer } from './answers.ts';

/**
 * The two forms of an error. `text` is `ErrorCode:Name;message`. `json` is a JSON document inside `Message`, from which
 * the Java and .NET clients read the number.
 */
export type ErrorForm = 'text' | 'json';

/** Formats the answer to a failed request. Its body is never empty and never HTML. */
export function formatError(error: HubError, form: ErrorForm, tracking: Tracking): Answer {
  const status = httpStatusOf(error.name);
  // The Node client splits a message at every semicolon and loses the text after the second.
  const message = error.message.replaceAll(';', ',');
  const body =
    form === 'json'
      ? {
          Message: formatErrorDocument({ ...error, message }, tracking, { info: null }),
          ExceptionMessage: '',
        }
      : {
          Message: `ErrorCode:${error.name};${message || defaultMessage(status)}`,
          ExceptionMessage: `Tracking ID:${formatTrackingId(tracking)}`,
        };
  return { status, headers: ['iothub-errorcode', error.name], body: JSON.stringify(body) };
}

// The Node client uses the raw body as the message if no text follows the code.
function defaultMessage(status: number): string {
  if (status === 401) return 'Unauthorized';
  return status === 400 ? 'BadRequest' : `Status ${status}`;
}
