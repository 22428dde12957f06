import { describe, expect, it } from 'vitest';
import type { Tracking } from '../../../emulator/domain/error-document.ts';
import { formatError } from '../../../emulator/http/wire/error-answer.ts';

const TRACKING: Tracking = {
  requestId: '86f3fd94-bfbc-4a29-9736-8644389134f9',
  now: Date.UTC(2020, 6, 28, 22, 18, 46, 250),
  hasGateway: true,
};

describe('the answer to a failed request', () => {
  it('has ErrorCode, name and text in Message, and the tracking id in ExceptionMessage', () => {
    const answer = formatError({ name: 'DeviceNotFound', message: 'd1' }, 'text', TRACKING);
    expect(answer).toEqual({
      status: 404,
      headers: ['iothub-errorcode', 'DeviceNotFound'],
      body: '{"Message":"ErrorCode:DeviceNotFound;d1","ExceptionMessage":"Tracking ID:86f3fd94bfbc4a2997368644389134f9-G:0-TimeStamp:07/28/2020 22:18:46"}',
    });
  });

  it('omits the gateway of the tracking id', () => {
    const answer = formatError({ name: 'DeviceNotFound', message: 'd1' }, 'text', {
      ...TRACKING,
      hasGateway: false,
    });
    expect(answer.body).toContain(
      'Tracking ID:86f3fd94bfbc4a2997368644389134f9-TimeStamp:07/28/2020 22:18:46',
    );
  });

  it('has a JSON document of scalars in Message, in which the Java client finds the number', () => {
    const answer = formatError({ name: 'DeviceNotOnline', message: 'not online' }, 'json', TRACKING);
    const body = JSON.parse(String(answer.body));
    expect(answer.status).toBe(404);
    expect(answer.headers).toEqual(['iothub-errorcode', 'DeviceNotOnline']);
    expect(body.ExceptionMessage).toBe('');
    expect(JSON.parse(body.Message)).toEqual({
      errorCode: 404103,
      trackingId: '86f3fd94bfbc4a2997368644389134f9-G:0-TimeStamp:07/28/2020 22:18:46',
      message: 'not online',
      info: null,
      timestampUtc: '2020-07-28T22:18:46.25Z',
    });
  });

  it.each(['text', 'json'] as const)(
    'has no semicolon in its text, where the Node client would cut it (%s)',
    (form) => {
      const { body } = formatError({ name: 'ArgumentInvalid', message: 'a;b;c' }, form, TRACKING);
      expect(String(body).split(';')).toHaveLength(form === 'text' ? 2 : 1);
      expect(String(body)).toContain('a,b,c');
    },
  );

  it.each([
    ['IotHubUnauthorizedAccess', 'ErrorCode:IotHubUnauthorizedAccess;Unauthorized'],
    ['ArgumentInvalid', 'ErrorCode:ArgumentInvalid;BadRequest'],
    ['ServerError', 'ErrorCode:ServerError;Status 500'],
  ] as const)(
    'always has a text, because the Node client shows the raw body without one: %s',
    (name, message) => {
      const { body } = formatError({ name, message: '' }, 'text', TRACKING);
      expect(JSON.parse(String(body)).Message).toBe(message);
    },
  );
});
