import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { createServerCertificate } from './certificates.ts';

export interface BareFacts {
  readonly httpsPort: number;
  readonly echoPort: number;
}

// A bare node:https server with an answer of 600 bytes, and an echo: what one socket writes goes to all others.
const certificate = await createServerCertificate();
const answer = Buffer.from(JSON.stringify({ deviceId: 'd0', filling: 'x'.repeat(600 - 34) }));
const https = createServer(certificate, (_request, response) => {
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': answer.length });
  response.end(answer);
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
https.keepAliveTimeout = 0;
await new Promise<void>((resolve) => https.listen(0, '127.0.0.1', resolve));
await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve));
const portOf = (server: typeof https | typeof echo) => (server.address() as { port: number }).port;
console.log(JSON.stringify({ httpsPort: portOf(https), echoPort: portOf(echo) } satisfies BareFacts));
process.once('SIGTERM', () => process.exit(0));
