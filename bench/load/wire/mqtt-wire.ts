import type { TLSSocket } from 'node:tls';
import { type Credentials, connectFrame, splitFrames, subscribeFrame } from './frames.ts';
import { openTls } from './tls-socket.ts';

/** A raw MQTT connection that passes on whole packets. */
export interface MqttWire {
  write(frame: Buffer): void;
  /** Passes every packet to `take` from now on. */
  listen(take: (frame: Buffer) => void): void;
  subscribe(filter: string, qualityOfService: 0 | 1): Promise<void>;
  close(): void;
}

/** Connects and resolves with the socket after CONNACK 0. */
export async function connectMqtt(
  port: number,
  clientId: string,
  credentials?: Credentials,
): Promise<TLSSocket> {
  const socket = await openTls(port);
  const connack = new Promise<Buffer>((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('close', () => reject(new Error('The server closed the connection.')));
  });
  socket.write(connectFrame(clientId, credentials));
  const code = (await connack)[3];
  if (code !== 0) throw new Error(`The server answered CONNECT with ${code}.`);
  return socket;
}

export async function openMqtt(port: number, clientId: string, credentials: Credentials): Promise<MqttWire> {
  const socket = await connectMqtt(port, clientId, credentials);
  let rest: Buffer = Buffer.alloc(0);
  let take: (frame: Buffer) => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    const split = splitFrames(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = split.rest;
    for (const frame of split.frames) take(frame);
  });
  const onClose = () => {
    throw new Error(`The server closed the connection of ${clientId}.`);
  };
  socket.once('close', onClose);
  return {
    write: (frame) => {
      socket.write(frame);
    },
    listen: (listener) => {
      take = listener;
    },
    subscribe: (filter, qualityOfService) =>
      new Promise((resolve, reject) => {
        take = (suback) =>
          suback.at(-1) === qualityOfService ? resolve() : reject(new Error(`No subscription to ${filter}.`));
        socket.write(subscribeFrame(filter, qualityOfService));
      }),
    close: () => {
      socket.off('close', onClose).destroy();
    },
  };
}
