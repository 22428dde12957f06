import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpHub, startHttpHub } from '../../http-hub.ts';

let http: HttpHub;

beforeAll(async () => {
  http = await startHttpHub();
  await http.send('PUT', '/devices/d', { body: { deviceId: 'd' } });
});
afterAll(() => http[Symbol.asyncDispose]());

describe('a twin', () => {
  it('has its etag in the body and none in the headers', async () => {
    const reply = await http.send('GET', '/twins/d');
    expect(reply.body).toMatchObject({ etag: 'AAAAAAAAAAE=', version: 2 });
    expect(reply.headers['etag']).toBeUndefined();
  });

  it.each<[string, string | undefined, number]>([
    ['no header', undefined, 200],
    ['a star', '*', 200],
    ['a wrong etag without quotes, which is ignored', 'abc', 200],
    ['a wrong etag in quotes', '"abc"', 412],
  ])('is updated by If-Match: %s', async (_title, header, status) => {
    const headers = header === undefined ? {} : { 'If-Match': header };
    const reply = await http.send('PATCH', '/twins/d', { headers, body: { tags: { a: 1 } } });
    expect(reply.status).toBe(status);
    if (status === 412) {
      expect(reply.body.Message).toBe("ErrorCode:PreconditionFailed;ETag mismatch for device ID 'd'");
      expect(reply.body.ExceptionMessage).not.toContain('-G:');
    }
  });

  it.each([
    '6.02214076e23',
    '6.02214076E+23',
    '6.02214076e+23',
    '1e0',
    '-9007199254740993.0',
    '4503599627370495',
  ])('takes a float of any size and an integer in range, and keeps its text: %s', async (number) => {
    const body = `{"tags":{"n":${number}},"properties":{"desired":{"n":${number}}}}`;
    const { status, text } = await http.send('PATCH', '/twins/d', { body });
    expect(status).toBe(200);
    expect(text.split(`"n":${number}`).length).toBe(3);
  });

  it.each(['4503599627370496', '-4503599627370496', '100000000000000000000', '1000000000000000000000000'])(
    'refuses an integer out of range: %s',
    async (number) => {
      for (const body of [`{"tags":{"n":${number}}}`, `{"properties":{"desired":{"n":[${number}]}}}`]) {
        const reply = await http.send('PATCH', '/twins/d', { body });
        expect([reply.status, reply.headers['iothub-errorcode']]).toEqual([400, 'ArgumentInvalid']);
      }
    },
  );

  it('keeps the text of numbers', async () => {
    const body = '{"properties":{"desired":{"a":1.0,"b":1e3,"c":1,"d":-0.50}}}';
    const reply = await http.send('PATCH', '/twins/d', { body });
    expect(reply.text).toContain('"a":1.0,"b":1e3,"c":1,"d":-0.50');
  });
});
