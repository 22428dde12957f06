import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, serverOf } from '../processes.ts';
import { createServerCertificate } from './certificates.ts';

/** Starts mosquitto over TLS on loopback, or nothing where it is not installed. */
export async function startMosquitto(): Promise<ServerProcess<{ readonly mqttPort: number }> | undefined> {
  if (spawnSync('mosquitto', ['-h']).error !== undefined) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'bench-mosquitto-'));
  const { key, cert } = await createServerCertificate();
  writeFileSync(join(folder, 'key.pem'), key);
  writeFileSync(join(folder, 'cert.pem'), cert);
  const mqttPort = await freePort();
  const lines = [
    `listener ${mqttPort} 127.0.0.1`,
    `keyfile ${join(folder, 'key.pem')}`,
    `certfile ${join(folder, 'cert.pem')}`,
    'allow_anonymous true',
    'max_inflight_messages 0',
    'log_type none',
    // It gives up root otherwise and cannot read the key.
    ...(process.getuid?.() === 0 ? ['user root'] : []),
  ];
  writeFileSync(join(folder, 'mosquitto.conf'), lines.join('\n'));
  const child = spawn('mosquitto', ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' });
  child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  await listening(mqttPort);
  return serverOf(child, { mqttPort });
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function listening(port: number): Promise<void> {
  return new Promise((resolve) => {
    const attempt = () => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve();
      });
      socket.once('error', () => setImmediate(attempt));
    };
    attempt();
  });
}
