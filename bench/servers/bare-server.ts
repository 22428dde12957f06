import { createServer } from 'node:https';
import type { AddressInfo, Server, Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { announce, settingsOf } from '../processes.ts';
import { createServerCertificate } from './certificates.ts';

export interface BareFacts {
  readonly httpsPort: number;
  readonly echoPort: number;
  readonly mqttPort: number;
}

export interface BareSettings {
  /** The length of the answer to every HTTPS request. */
  readonly answerBytes: number;
}

// What Node itself can do: HTTPS with the same answer to every request, an echo that writes what one socket sends to
// all others, and a port that answers everything with CONNACK.
const { answerBytes } = settingsOf<BareSettings>();
const certificate = await createServerCertificate();
const answer = Buffer.from(JSON.stringify({ filling: 'x'.repeat(answerBytes - '{"filling":""}'.length) }));
const CONNACK = Buffer.from([0x20, 2, 0, 0]);

const https = createServer({ ...certificate, noDelay: true, keepAliveTimeout: 0 }, (request, response) => {
  request.resume().once('end', () => {
    response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
    response.end(answer);
  });
});

const sockets = new Set<Socket>();
const echo = createTlsServer({ ...certificate, noDelay: true }, (socket) => {
  sockets.add(socket);
  socket.on('error', () => undefined);
  socket.on('close', () => sockets.delete(socket));
  socket.on('data', (bytes) => {
    for (const other of sockets) if (other !== socket) other.write(bytes);
  });
});

const mqtt = createTlsServer({ ...certificate, noDelay: true }, (socket) => {
  socket.on('error', () => undefined);
  socket.on('data', () => socket.write(CONNACK));
});

const facts: BareFacts = {
  httpsPort: await open(https),
  echoPort: await open(echo),
  mqttPort: await open(mqtt),
};
announce(facts);

async function open(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}
