/** The zero time that the hub prints for "never". */
export const NEVER = '0001-01-01T00:00:00Z';

// .NET ticks (100 ns since year 1) at the Unix epoch.
const EPOCH_TICKS = 621_355_968_000_000_000n;
// .NET ticks at the beginning of 1601.
const FILE_TIME_TICKS = 504_911_232_000_000_000n;
const TICKS_PER_MILLISECOND = 10_000n;

/** Converts Unix milliseconds to .NET ticks. */
export function ticksOf(milliseconds: number): bigint {
  return EPOCH_TICKS + BigInt(Math.floor(milliseconds)) * TICKS_PER_MILLISECOND;
}

/** Converts Unix milliseconds to a Windows file time (100 ns since 1601). */
export function fileTimeOf(milliseconds: number): bigint {
  return ticksOf(milliseconds) - FILE_TIME_TICKS;
}

/** Formats .NET ticks as IoT Hub does: UTC, with up to seven fractional digits and without trailing zeros. */
export function formatTicks(ticks: bigint): string {
  const sinceEpoch = ticks - EPOCH_TICKS;
  const milliseconds = Number(sinceEpoch / TICKS_PER_MILLISECOND);
  const rest = Number(sinceEpoch % TICKS_PER_MILLISECOND);
  const seconds = new Date(milliseconds).toISOString();
  const fraction = `${seconds.slice(20, 23)}${String(rest).padStart(4, '0')}`.replace(/0+$/, '');
  return `${seconds.slice(0, 19)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** Formats Unix milliseconds as a UTC string. This is the reverse of {@link parseTime}. */
export function formatTime(milliseconds: number): string {
  const text = new Date(Math.floor(milliseconds)).toISOString();
  let end = text.length - 1;
  while (text[end - 1] === '0') end -= 1;
  return `${text.slice(0, text[end - 1] === '.' ? end - 1 : end)}Z`;
}

/** Parses an ISO 8601 time to Unix milliseconds. Returns undefined if it is invalid. A time without zone is UTC. */
export function parseTime(text: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?$/i.test(text)) return undefined;
  const milliseconds = Date.parse(/(Z|[+-]\d{2}:?\d{2})$/i.test(text) ? text : `${text}Z`);
  return Number.isNaN(milliseconds) ? undefined : milliseconds;
}

/** Formats Unix milliseconds as a UTC string, and undefined as the zero time. */
export function formatOptionalTime(milliseconds: number | undefined): string {
  return milliseconds === undefined ? NEVER : formatTime(milliseconds);
}
