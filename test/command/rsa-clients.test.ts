import { generateKeyPairSync } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { startHubWithEmulator } from '../hub-with-emulator.ts';
import { run, startHub, temporaryFolder } from './command.ts';

const RSA_ONLY = { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES256-GCM-SHA384' } as const;

/** Returns the kind of the server's key, or undefined if the handshake fails. */
function keyKindOf(port: number, ca: string, options = {}): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, ca, ...options }, () => {
      resolve(socket.getPeerX509Certificate()?.publicKey.asymmetricKeyType);
      socket.destroy();
    });
    socket.on('error', () => resolve(undefined));
  });
}

const SOON = { timeout: 10_000 };

describe('clients without ECDSA', { timeout: 60_000 }, () => {
  it('reach the hub of start with a key that is kept beside the authority', async () => {
    await using folder = await temporaryFolder();
    const keyFile = join(folder.path, 'ca/authority/server-rsa-key.pem');
    const keys: string[] = [];
    const tooShort = generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey;
    const short = String(tooShort.export({ type: 'pkcs8', format: 'pem' }));
    for (const damage of [undefined, undefined, 'damaged', short]) {
      if (damage !== undefined) await writeFile(keyFile, damage);
      await using hub = await startHub(['--ca-dir', join(folder.path, 'ca')]);
      const ca = await readFile(hub.report.caFile, 'utf8');
      for (const port of [hub.report.mqttPort, hub.report.httpsPort])
        await expect.poll(() => keyKindOf(port, ca, RSA_ONLY), SOON).toBe('rsa');
      expect(await keyKindOf(hub.report.mqttPort, ca)).toBe('ec');
      keys.push(await readFile(keyFile, 'utf8'));
    }
    expect(keys[0]).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).toMatch(/^-----BEGIN PRIVATE KEY-----/);
    expect(keys[3]).not.toBe(short);
    if (process.platform !== 'win32') expect((await stat(keyFile)).mode & 0o777).toBe(0o600);
  });

  it('reach the hub of exec', async () => {
    const program = `
      const attempt = () => {
        const socket = require('tls').connect({ host: 'hub1.iothub.test', port: 8883, ...${JSON.stringify(RSA_ONLY)} }, () => {
          console.log(socket.getCipher().name);
          socket.destroy();
        });
        socket.on('error', () => setTimeout(attempt, 50));
      };
      attempt();`;
    const result = await run(['exec', '--quiet', '--', execPath, '-e', program]);
    expect(result).toMatchObject({ code: 0, stdout: 'ECDHE-RSA-AES256-GCM-SHA384\n' });
  });

  it('reach a hub of the harness if its options ask for it', async () => {
    await using hub = await startHubWithEmulator({ hasRsaCertificate: true });
    const { mqttPort, authorityPem } = hub.emulator;
    expect(await keyKindOf(mqttPort, authorityPem, RSA_ONLY)).toBe('rsa');
    expect(await keyKindOf(mqttPort, authorityPem)).toBe('ec');
    await using other = await startHubWithEmulator();
    expect(await keyKindOf(other.emulator.mqttPort, other.emulator.authorityPem, RSA_ONLY)).toBeUndefined();
  });
});
