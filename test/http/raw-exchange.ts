import type { TLSSocket } from 'node:tls';
import { expect } from 'vitest';
import { HUB_ERRORS, type HubErrorName, httpStatusOf } from '../../emulator/domain/errors.ts';

/** The answer to a raw request. */
export interface RawReply {
  readonly status: number;
  readonly head: string;
  readonly body: string;
}

/** Writes raw bytes and reads one answer. Resolves to undefined if the connection ends without one. */
export function exchange(
  socket: TLSSocket,
  ...parts: readonly (string | Buffer)[]
): Promise<RawReply | undefined> {
  return new Promise((resolve, reject) => {
    let received = Buffer.alloc(0);
    const finish = (reply: RawReply | undefined): void => {
      socket.off('data', onData);
      socket.off('close', onClose);
      clearTimeout(timer);
      resolve(reply);
    };
    const timer = setTimeout(() => reject(new Error(`no answer to ${parts.join('').slice(0, 300)}`)), 5000);
    const onClose = (): void => finish(undefined);
    const onData = (chunk: Buffer): void => {
      received = Buffer.concat([received, chunk]);
      const reply = parseReply(received);
      if (reply !== undefined) finish(reply);
    };
    socket.on('data', onData);
    socket.on('close', onClose);
    for (const part of parts) socket.write(part);
  });
}

function parseReply(bytes: Buffer): RawReply | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.subarray(0, end).toString('latin1');
  const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
  if (bytes.length < end + 4 + length) return undefined;
  const body = bytes.subarray(end + 4, end + 4 + length).toString('utf8');
  return { status: Number(head.slice(9, 12)), head, body };
}

/** Expects an error of the catalogue in the form that the clients read, and returns its name. */
export function expectHubError(reply: RawReply | undefined): HubErrorName {
  const name = /iothub-errorcode: (\w+)/i.exec(reply?.head ?? '')?.[1] as HubErrorName;
  expect(Object.keys(HUB_ERRORS), reply?.head).toContain(name);
  expect(httpStatusOf(name)).toBe(reply?.status);
  const body = JSON.parse(reply?.body ?? '');
  if (body.errors === undefined) {
    expect(body.Message).not.toBe('');
    expect(body).toHaveProperty('ExceptionMessage');
  }
  return name;
}
