import { once } from 'node:events';
import type { Socket } from 'node:net';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { type Authority, createAuthority } from '../../emulator/certificates/authority.ts';
import { createServerLeaf } from '../../emulator/certificates/leaf.ts';
import { withDefaults } from '../../emulator/emulator-options.ts';
import type { ListenOptions } from '../../emulator/listen/listener.ts';

/** A certificate authority, and the options of a loopback listener whose certificate it signed. */
export interface Trust {
  readonly authority: Authority;
  readonly ca: string;
  readonly listen: ListenOptions;
}

export async function createTrust(): Promise<Trust> {
  const authority = await createAuthority(Date.now());
  const { timeouts } = withDefaults({});
  const leaf = await createServerLeaf(authority, { names: ['localhost', '127.0.0.1'], now: Date.now() });
  return {
    authority,
    ca: authority.certificatePem,
    listen: { host: '127.0.0.1', port: 0, key: leaf.keyPem, cert: leaf.certificatePem, timeouts },
  };
}

/** Connects to a port over TLS and returns the socket after the handshake. */
export async function connectTls(
  port: number,
  trust: Trust,
  options: ConnectionOptions = {},
): Promise<TLSSocket> {
  const socket = connect({ host: '127.0.0.1', port, ca: trust.ca, ...options });
  await once(socket, 'secureConnect');
  return socket;
}

/** Returns everything that arrives until the peer ends or breaks the connection. */
export async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  socket.on('error', () => undefined);
  if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
  return text;
}

/** Returns a promise with its resolver, for a test that waits for a callback. */
export function expectCall<T>(): { readonly called: Promise<T>; readonly call: (value: T) => void } {
  let call: (value: T) => void = () => undefined;
  const called = new Promise<T>((resolve) => {
    call = resolve;
  });
  return { called, call };
}

/** Counts the sockets, servers and timers that keep this process alive. */
export function countHandles(): number {
  return process.getActiveResourcesInfo().filter((name) => /TCP|TLS|Pipe|Timeout/.test(name)).length;
}
