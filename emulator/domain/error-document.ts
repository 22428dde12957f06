import { HUB_ERRORS, type HubError } from './errors.ts';
import { formatTime } from './time.ts';

/** Identifies one failed request: its id (a GUID), the time (Unix milliseconds), and whether a gateway is named. */
export interface Tracking {
  readonly requestId: string;
  readonly now: number;
  readonly hasGateway: boolean;
}

/** Members of an error document that only some wires print. */
export interface OptionalErrorMembers {
  /** A member that is always null. The .NET client reads a dictionary of strings and fails at any other value. */
  readonly info?: null;
}

/** Formats an error as a JSON document: `{errorCode, trackingId, message, [info], timestampUtc}`. */
export function formatErrorDocument(
  { name, message }: HubError,
  tracking: Tracking,
  optional: OptionalErrorMembers = {},
): string {
  return JSON.stringify({
    errorCode: HUB_ERRORS[name],
    trackingId: formatTrackingId(tracking),
    message,
    ...optional,
    timestampUtc: formatTime(tracking.now),
  });
}

/** Formats a tracking id: `86f3…34f9-G:0-TimeStamp:07/28/2020 22:18:46`. */
export function formatTrackingId({ requestId, now, hasGateway }: Tracking): string {
  const [date = '', time = ''] = new Date(now).toISOString().split('T');
  const [year, month, day] = date.split('-');
  const gateway = hasGateway ? '-G:0' : '';
  return `${requestId.replaceAll('-', '')}${gateway}-TimeStamp:${month}/${day}/${year} ${time.slice(0, 8)}`;
}
