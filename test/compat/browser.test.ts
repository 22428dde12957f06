import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../emulator/emulator.ts';
import { formatSasToken } from '../auth/format-sas-token.ts';
import { startHubWithEmulator } from '../hub-with-emulator.ts';

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome'].find(
  (program) => spawnSync(program, ['--version', '--no-sandbox']).status === 0,
);
const HOST_NAME = 'myhub.azure-devices.net';
const TIMEOUT_MILLISECONDS = 60_000;

const SKIPPED = CHROMIUM === undefined ? ' (skipped: neither Chromium nor Chrome is installed)' : '';

describe.skipIf(CHROMIUM === undefined)(`a page with mqtt.js in Chromium${SKIPPED}`, () => {
  it('sends telemetry over WebSocket', { timeout: TIMEOUT_MILLISECONDS }, async () => {
    await using hub = await startHubWithEmulator({ hostName: HOST_NAME });
    const device = await hub.provision({ deviceId: 'page' });
    const [, key = ''] = /SharedAccessKey=([^;]+)/.exec(device.connectionString) ?? [];
    expect(await runPage(hub.emulator, tokenOf(key))).toBe('acknowledged');
    for await (const event of hub.telemetry({ from: 'earliest' })) {
      expect(event.deviceId).toBe('page');
      expect(Buffer.from(event.body).toString()).toBe('hello');
      break;
    }
  });

  it('fails if browsers are asked for a certificate', { timeout: TIMEOUT_MILLISECONDS }, async () => {
    await using emulator = await startEmulator({
      hub: { hostNames: [HOST_NAME] },
      requestsBrowserCertificates: true,
    });
    expect(await runPage(emulator, '')).toBe('closed');
    expect(emulator.traffic().clientConnections).toBe(0);
  });
});

function tokenOf(key: string): string {
  const expirySeconds = Math.floor(Date.now() / 1000) + 3600;
  return formatSasToken({ resource: `${HOST_NAME}/devices/page`, key, expirySeconds });
}

/** Opens a page that connects as a device and sends a message. Returns what the page reports. */
async function runPage(emulator: Emulator, password: string): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'iothub-emulator-browser-'));
  const { server, reported } = await servePage(pageOf(emulator, password));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = openBrowser(url, directory, await keyHashOf(emulator));
  const exit = once(browser, 'exit');
  try {
    return await Promise.race([reported, exit.then(([code]) => `The browser ended with code ${code}.`)]);
  } finally {
    browser.kill();
    await exit;
    server.closeAllConnections();
    server.close();
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function openBrowser(url: string, directory: string, keyHash: string): ChildProcess {
  const options = [
    '--headless=new',
    '--no-sandbox',
    '--disable-gpu',
    '--disable-dev-shm-usage',
    '--no-first-run',
    `--user-data-dir=${directory}`,
    // The page trusts this one server certificate.
    `--ignore-certificate-errors-spki-list=${keyHash}`,
  ];
  return spawn(CHROMIUM ?? '', [...options, url], { stdio: 'ignore' });
}

/** Returns the hash of the server's public key, as Chromium expects it. */
async function keyHashOf({ host, httpsPort, authorityPem }: Emulator): Promise<string> {
  const socket = connect({ host, port: httpsPort, ca: authorityPem });
  await once(socket, 'secureConnect');
  const key = socket.getPeerX509Certificate()?.publicKey.export({ type: 'spki', format: 'der' });
  socket.destroy();
  return createHash('sha256')
    .update(key ?? '')
    .digest('base64');
}

function pageOf({ host, httpsPort }: Emulator, password: string): string {
  const options = {
    clientId: 'page',
    username: `${HOST_NAME}/page/?api-version=2021-04-12`,
    password,
    protocolVersion: 4,
    reconnectPeriod: 0,
  };
  return `<!doctype html><script src="/mqtt.js"></script><script>
    const report = (result) => fetch('/', { method: 'POST', body: result });
    const client = mqtt.connect('wss://${host}:${httpsPort}/$iothub/websocket', ${JSON.stringify(options)});
    client.on('error', (error) => report('error ' + error.message));
    client.on('close', () => report('closed'));
    client.on('connect', () =>
      client.publish('devices/page/messages/events/', 'hello', { qos: 1 }, (error) =>
        report(error ? 'not sent ' + error.message : 'acknowledged')));
  </script>`;
}

/** Serves a page, mqtt.js and the address to which the page posts its result. */
async function servePage(page: string): Promise<{ server: Server; reported: Promise<string> }> {
  const mqtt = await readFile(join(import.meta.dirname, '../../node_modules/mqtt/dist/mqtt.min.js'));
  let report: (result: string) => void = () => undefined;
  const reported = new Promise<string>((resolve) => {
    report = resolve;
  });
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') report(await text(request));
    response.setHeader('Content-Type', request.url === '/mqtt.js' ? 'text/javascript' : 'text/html');
    response.end(request.url === '/mqtt.js' ? mqtt : page);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, reported };
}
