/** A filter in a SUBSCRIBE, and where its requested QoS stands. */
export interface RequestedFilter {
  readonly filter: string;
  readonly qualityOfServiceAt: number;
}

/** The filters of a SUBSCRIBE whose variable header begins at `body`, or undefined where it is malformed. */
export function parseSubscribe(
  bytes: Buffer,
  body: number,
  end: number,
): readonly RequestedFilter[] | undefined {
  const filters: RequestedFilter[] = [];
  let at = body + 2;
  while (at < end) {
    const filterEnd = endOfText(bytes, at, end);
    // One byte of QoS follows the filter.
    if (filterEnd === undefined || filterEnd >= end) return undefined;
    if ((bytes[filterEnd] as number) > 2) return undefined;
    filters.push({ filter: bytes.toString('utf8', at + 2, filterEnd), qualityOfServiceAt: filterEnd });
    at = filterEnd + 1;
  }
  return filters.length === 0 ? undefined : filters;
}

/** The filters of an UNSUBSCRIBE whose variable header begins at `body`, or undefined where it is malformed. */
export function parseUnsubscribe(bytes: Buffer, body: number, end: number): readonly string[] | undefined {
  const filters: string[] = [];
  let at = body + 2;
  while (at < end) {
    const filterEnd = endOfText(bytes, at, end);
    if (filterEnd === undefined) return undefined;
    filters.push(bytes.toString('utf8', at + 2, filterEnd));
    at = filterEnd;
  }
  return filters.length === 0 ? undefined : filters;
}

function endOfText(bytes: Buffer, at: number, end: number): number | undefined {
  if (at + 2 > end) return undefined;
  const textEnd = at + 2 + bytes.readUInt16BE(at);
  return textEnd > end ? undefined : textEnd;
}
