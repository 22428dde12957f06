import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeviceId } from '../../../emulator/domain/identities/client-identity.ts';
import type { Journal } from '../../../emulator/hub/ports.ts';
import { type HttpHub, startHttpHub } from '../http-hub.ts';

/** A journal that keeps changes when the test says so. */
class SlowJournal extends EventTarget implements Journal {
  #pending: { promise: Promise<void>; resolve(): void; reject(error: Error): void } | undefined;

  /** Does not keep anything until {@link keep} or {@link fail}. */
  hold(): void {
    let settle: { resolve(): void; reject(error: Error): void } | undefined;
    const promise = new Promise<void>((resolve, reject) => {
      settle = { resolve, reject };
    });
    if (settle !== undefined) this.#pending = { promise, ...settle };
  }

  keep(): void {
    this.#pending?.resolve();
    this.#pending = undefined;
  }

  fail(error: Error): void {
    this.#pending?.reject(error);
    this.#pending = undefined;
  }

  kept(): Promise<void> | undefined {
    this.dispatchEvent(new Event('asked'));
    return this.#pending?.promise;
  }
}

let journal: SlowJournal;
let http: HttpHub;

beforeEach(async () => {
  journal = new SlowJournal();
  http = await startHttpHub({ journal });
  await http.send('PUT', '/devices/d', { body: {} });
  journal.hold();
});
afterEach(() => http[Symbol.asyncDispose]());

const asked = () => once(journal, 'asked', { signal: AbortSignal.timeout(5000) });

describe('a journal that has not kept the changes yet', () => {
  it.each([
    ['a create', 'PUT', '/devices/new', 200],
    ['a read, which may show a change that is not kept', 'GET', '/devices/d', 200],
    ['an error', 'GET', '/devices/nobody', 404],
  ])('delays the answer to %s', async (_title, method, path, status) => {
    const order: string[] = [];
    const isAsked = asked();
    const reply = http.send(method, path, method === 'PUT' ? { body: {} } : {}).then((answer) => {
      order.push('answered');
      return answer;
    });
    await isAsked;
    // An answer that did not wait would arrive before a TLS handshake on the same listener ends.
    (await http.connect()).destroy();
    order.push('kept');
    journal.keep();
    expect((await reply).status).toBe(status);
    expect(order).toEqual(['kept', 'answered']);
  });

  it('does not delay the operation itself', async () => {
    const isAsked = asked();
    const reply = http.send('PUT', '/devices/new', { body: {} });
    await isAsked;
    expect(http.hub.devices.getDevice('new' as DeviceId).ok).toBe(true);
    journal.keep();
    await reply;
  });

  it('fails the request if it cannot keep them', async () => {
    const isAsked = asked();
    const reply = http.send('PUT', '/devices/new', { body: {} });
    await isAsked;
    journal.fail(new Error('disk full'));
    expect(await reply).toMatchObject({ status: 500, headers: { 'iothub-errorcode': 'ServerError' } });
    expect(http.logLines.find(({ event }) => event === 'request-crashed')?.fields).toMatchObject({
      operation: 'createOrUpdateDevice',
      message: expect.stringContaining('disk full'),
    });
  });
});
