import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { ok } from '../../../emulator/domain/result.ts';
import { answerNothing } from '../../../emulator/http/wire/answers.ts';
import { createDoor } from '../../../emulator/http/wire/door.ts';
import type { VirtualHost } from '../../../emulator/http/wire/http-service.ts';
import type { Route } from '../../../emulator/http/wire/route.ts';

/** Sends a request to a host whose changes are kept when the promise resolves, and returns the response. */
function answer(kept: Promise<void> | undefined): ServerResponse {
  const host: VirtualHost = {
    clock: { now: () => 0 },
    ids: { guid: () => 'id' },
    log: () => undefined,
    kept: () => kept,
  };
  const door = createDoor<VirtualHost, undefined, Route<VirtualHost, undefined>>({
    routes: [
      {
        operation: 'getTwin',
        method: 'GET',
        path: '/nothing',
        meaning: 'test',
        handle: () => answerNothing(),
      },
    ],
    hostOf: () => host,
    defaultHost: host,
    describeForeignName: (name) => name,
    authorize: () => ok(undefined),
    hasGateway: () => false,
  });
  const request = new IncomingMessage(new Socket());
  request.method = 'GET';
  request.headers = { host: 'h' };
  request.url = '/nothing?api-version=2021-04-12';
  const response = new ServerResponse(request);
  door(request, response);
  return response;
}

it('an answer is written in the same call if there is nothing to wait for', () => {
  const response = answer(undefined);
  expect(response.statusCode).toBe(204);
  expect(response.writableEnded).toBe(true);
});

it('an answer is written when the changes are kept', async () => {
  let keep: () => void = () => undefined;
  const kept = new Promise<void>((resolve) => {
    keep = resolve;
  });
  const response = answer(kept);
  expect(response.headersSent).toBe(false);
  keep();
  await kept;
  expect(response.writableEnded).toBe(true);
});
