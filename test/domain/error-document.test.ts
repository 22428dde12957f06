import { describe, expect, it } from 'vitest';
import {
  formatErrorDocument,
  formatTrackingId,
  type Tracking,
} from '../../emulator/domain/error-document.ts';

const TRACKING: Tracking = {
  requestId: '86f3fd94-bfbc-4a29-9736-8644389134f9',
  now: Date.UTC(2020, 6, 28, 22, 18, 46, 250),
  hasGateway: true,
};

describe('the tracking id', () => {
  it('names the request, the gateway and the time', () => {
    expect(formatTrackingId(TRACKING)).toBe(
      '86f3fd94bfbc4a2997368644389134f9-G:0-TimeStamp:07/28/2020 22:18:46',
    );
  });

  it('omits the gateway on request', () => {
    expect(formatTrackingId({ ...TRACKING, hasGateway: false })).toBe(
      '86f3fd94bfbc4a2997368644389134f9-TimeStamp:07/28/2020 22:18:46',
    );
  });
});

describe('the error document', () => {
  const error = { name: 'PreconditionFailed', message: 'a;"b"', reason: 'permission-missing' } as const;

  it('has the members of an MQTT twin response', () => {
    expect(formatErrorDocument(error, TRACKING)).toBe(
      '{"errorCode":412001,"trackingId":"86f3fd94bfbc4a2997368644389134f9-G:0-TimeStamp:07/28/2020 22:18:46","message":"a;\\"b\\"","timestampUtc":"2020-07-28T22:18:46.25Z"}',
    );
  });

  it('has the member info, which only HTTPS prints, before the time', () => {
    const document = formatErrorDocument(error, TRACKING, { info: null });
    expect(document).toContain('"message":"a;\\"b\\"","info":null,"timestampUtc":');
  });
});
