import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { expect, it } from 'vitest';
import { answerNothing } from '../../../emulator/http/wire/answers.ts';
import { answerExchange, type Exchange } from '../../../emulator/http/wire/exchange.ts';

function createExchange(kept: Promise<void> | undefined): Exchange {
  const request = new IncomingMessage(new Socket());
  return {
    service: { hasGateway: () => false },
    host: {
      clock: { now: () => 0 },
      ids: { guid: () => 'id' },
      log: () => undefined,
      kept: () => kept,
    },
    request,
    response: new ServerResponse(request),
    method: 'GET',
    path: '/',
    query: new Map(),
    match: { kind: 'none' },
  };
}

it('an answer is written in the same call if there is nothing to wait for', () => {
  const exchange = createExchange(undefined);
  expect(answerExchange(exchange, answerNothing())).toBeUndefined();
  expect(exchange.response.writableEnded).toBe(true);
});

it('an answer is written when the changes are kept', async () => {
  let keep: () => void = () => undefined;
  const exchange = createExchange(
    new Promise((resolve) => {
      keep = resolve;
    }),
  );
  const answered = answerExchange(exchange, answerNothing());
  expect(exchange.response.headersSent).toBe(false);
  keep();
  await answered;
  expect(exchange.response.writableEnded).toBe(true);
});
