import type { TLSSocket } from 'node:tls';
import { type Credentials, connectFrame, splitFrames, subscribeFrame } from './frames.ts';
import { openTls } from './tls-socket.ts';

/** A raw MQTT connection that hands out whole packets. */
export interface MqttWire {
  write(frame: Buffer): void;
  /** Who hears the packets from now on. */
  listen(take: (frame: Buffer) => void): void;
  subscribe(filter: string, qualityOfService: 0 | 1): Promise<void>;
}

/** Connects and resolves on CONNACK 0; the socket is the caller's. */
export async function greet(port: number, clientId: string, credentials?: Credentials): Promise<TLSSocket> {
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
  const socket = await greet(port, clientId, credentials);
  let rest: Buffer = Buffer.alloc(0);
  let take: (frame: Buffer) => void = () => undefined;
  socket.on('data', (chunk: Buffer) => {
    const split = splitFrames(rest.length === 0 ? chunk : Buffer.concat([rest, chunk]));
    rest = split.rest;
    for (const frame of split.frames) take(frame);
  });
  socket.once('close', () => {
    throw new Error(`The server closed the connection of ${clientId}.`);
  });
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
  };
}
