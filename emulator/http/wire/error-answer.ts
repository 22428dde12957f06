import { HUB_ERRORS, type HubError, httpStatusOf } from '../../domain/errors.ts';
import { formatTime } from '../../domain/time.ts';
import type { Answer } from './answers.ts';

/**
 * The two spellings of an error: `text` is `ErrorCode:Name;message`, `json` is a JSON document inside `Message`,
 * from which the Java and .NET clients read the number.
 */
export type ErrorForm = 'text' | 'json';

/** What marks one failed request: its id (a GUID), the time (Unix milliseconds) and the gateway it came through. */
export interface Tracking {
  readonly requestId: string;
  readonly now: number;
  readonly hasGateway: boolean;
}

/** The whole answer to a failed request, never an empty or an HTML one. */
export function formatError(error: HubError, form: ErrorForm, tracking: Tracking): Answer {
  const status = httpStatusOf(error.name);
  const body = form === 'json' ? formatJsonError(error, tracking) : formatTextError(error, status, tracking);
  return { status, headers: ['iothub-errorcode', error.name], body: JSON.stringify(body) };
}

interface ErrorBody {
  readonly Message: string;
  readonly ExceptionMessage: string;
}

function formatTextError(error: HubError, status: number, tracking: Tracking): ErrorBody {
  return {
    Message: `ErrorCode:${error.name};${withoutSemicolons(error.message) || fallbackText(status)}`,
    ExceptionMessage: `Tracking ID:${formatTrackingId(tracking)}`,
  };
}

function formatJsonError(error: HubError, tracking: Tracking): ErrorBody {
  const message = JSON.stringify({
    errorCode: HUB_ERRORS[error.name],
    trackingId: formatTrackingId(tracking),
    message: withoutSemicolons(error.message),
    // Null, for the .NET client reads a dictionary of texts and gives up at an object.
    info: null,
    timestampUtc: formatTime(tracking.now),
  });
  return { Message: message, ExceptionMessage: '' };
}

function formatTrackingId({ requestId, now, hasGateway }: Tracking): string {
  const [year, month, day] = new Date(now).toISOString().slice(0, 10).split('-');
  const time = new Date(now).toISOString().slice(11, 19);
  const gateway = hasGateway ? '-G:0' : '';
  return `${requestId.replaceAll('-', '')}${gateway}-TimeStamp:${month}/${day}/${year} ${time}`;
}

// The Node client splits a message at every semicolon and loses what stands behind the second.
function withoutSemicolons(text: string): string {
  return text.replaceAll(';', ',');
}

// The Node client takes the raw body for the message where no text follows the code.
function fallbackText(status: number): string {
  if (status === 401) return 'Unauthorized';
  return status === 400 ? 'BadRequest' : `Status ${status}`;
}
