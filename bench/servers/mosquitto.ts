import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ServerProcess, serverOf } from '../processes.ts';
import { createServerCertificate } from './certificates.ts';

export interface MosquittoFacts {
  readonly mqttPort: number;
}

/**
 * Starts mosquitto over TLS on loopback; resolves with undefined if it is not installed. `at once` sends each packet
 * without delay, which makes new connections 1.5 times as fast. `delayed` sends PUBACKs together.
 */
export async function startMosquitto(
  sending: 'delayed' | 'at once',
): Promise<ServerProcess<MosquittoFacts> | undefined> {
  if (spawnSync('mosquitto', ['-h']).error !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'bench-mosquitto-'));
  const { key, cert } = await createServerCertificate();
  writeFileSync(join(folder, 'key.pem'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'cert.pem'), cert);
  const mqttPort = await freePort();
  const lines = [
    `listener ${mqttPort} 127.0.0.1`,
    `keyfile ${join(folder, 'key.pem')}`,
    `certfile ${join(folder, 'cert.pem')}`,
    'allow_anonymous true',
    'max_inflight_messages 0',
    'log_type none',
    `set_tcp_nodelay ${sending === 'at once'}`,
    // Otherwise it drops the rights of root and cannot read the key.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
  ];
  writeFileSync(join(folder, 'mosquitto.conf'), lines.join('\n'));
  const child = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await listening(child, mqttPort);
  return serverOf(child, { mqttPort }, { collectsGarbage: false });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function listening(child: ChildProcess, port: number): Promise<void> {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await wait(10);
    } finally {
      socket.destroy();
    }
  }
  throw new Error(`mosquitto ended with exit code ${child.exitCode}.`);
}
