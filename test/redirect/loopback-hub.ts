import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer, type TLSSocket } from 'node:tls';
import { Aedes } from 'aedes';
import { createWebSocketStream, WebSocketServer } from 'ws';
import { createAuthority } from '../../emulator/certificates/authority.ts';
import { type AlternativeName, issueCertificate } from '../../emulator/certificates/issue.ts';

const HOUR = 60 * 60 * 1000;

/** Servers on free ports for the protocols of a hub on 443, 8883 and 5671, with a certificate for one name. */
export type LoopbackHub = AsyncDisposable & {
  readonly name: string;
  /** The default ports, each with the free port that is bound instead. */
  readonly ports: { readonly 443: number; readonly 8883: number; readonly 5671: number };
  /** The port of a local TCP server that is not the hub. It sends `neighbour` to each client. */
  readonly neighbourPort: number;
  /** The first four bytes received on 5671, and on WebSockets of 443 after the name of the subprotocol. */
  readonly amqpOpenings: readonly string[];
  /** Readable by every user of the machine. */
  readonly authorityPath: string;
};

/**
 * Opens a loopback hub. Port 443 answers a request with its Host header and TLS server name as JSON, and accepts MQTT
 * over WebSocket. Port 8883 is an MQTT broker. Port 5671 records the first bytes it receives and closes.
 */
export async function openLoopbackHub(
  name = 'hub1.iothub.test',
  certified: readonly AlternativeName[] = [{ type: 'dns', value: name }],
): Promise<LoopbackHub> {
  const directory = await mkdtemp(join(tmpdir(), 'loopback-hub-'));
  await chmod(directory, 0o755);
  const authorityPath = join(directory, 'authority.pem');
  const tls = await issueServerCertificate(certified, authorityPath);
  const amqpOpenings: string[] = [];
  const opening = (bytes: unknown) => String(bytes).slice(0, 4);
  const broker = await Aedes.createBroker();

  const https = createHttpsServer(tls, (request, response) => {
    const { servername } = request.socket as TLSSocket;
    response.setHeader('connection', 'close');
    response.end(JSON.stringify({ host: request.headers.host, servername }));
  });
  const webSockets = new WebSocketServer({ server: https });
  webSockets.on('connection', (socket) => {
    if (socket.protocol === 'mqtt') broker.handle(createWebSocketStream(socket));
    else {
      socket.once('message', (bytes) => {
        amqpOpenings.push(`${socket.protocol} ${opening(bytes)}`);
        socket.close();
      });
    }
  });

  const listeners = await Promise.all([
    listen(https),
    listen(createTlsServer(tls, (socket) => void broker.handle(socket))),
    listen(
      createTlsServer(tls, (socket) => {
        socket.once('data', (bytes) => {
          amqpOpenings.push(opening(bytes));
          socket.end();
        });
      }),
    ),
    listen(createTcpServer((socket) => void socket.end('neighbour'))),
  ]);
  const [{ port: httpsPort }, { port: mqttPort }, { port: amqpPort }, { port: neighbourPort }] = listeners;
  return {
    name,
    authorityPath,
    neighbourPort,
    amqpOpenings,
    ports: { 443: httpsPort, 8883: mqttPort, 5671: amqpPort },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(listeners.map((listener) => listener.close()));
      await new Promise<void>((resolve) => broker.close(resolve));
      await rm(directory, { recursive: true });
    },
  };
}

async function issueServerCertificate(alternativeNames: readonly AlternativeName[], authorityPath: string) {
  const now = Date.now();
  const authority = await createAuthority(now);
  await writeFile(authorityPath, authority.certificatePem);
  const { certificatePem, keyPem } = await issueCertificate({
    commonName: 'loopback hub',
    validFrom: now - HOUR,
    validTo: now + HOUR,
    use: 'server',
    alternativeNames,
    issuer: authority,
  });
  return { cert: certificatePem, key: keyPem };
}

async function listen(server: Server) {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket.on('error', () => {}));
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
