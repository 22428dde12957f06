import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, it } from 'vitest';
import { redirectEnvironment } from '../../emulator/redirect/environment.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../hub-with-emulator.ts';
import { type ProgramResult, runProgram } from '../redirect/run-program.ts';
import { PYTHON_PROGRAMS } from './below-exec.ts';

const TIMEOUT_MILLISECONDS = 60_000;
const WAIT = { timeoutMilliseconds: TIMEOUT_MILLISECONDS };

/** The devices of `exchange_messages.py`, named by the kind of their client. Each has a module. */
const DEVICE_IDS = [
  'blocking-over-MQTT',
  'blocking-over-WebSocket',
  'asyncio-over-MQTT',
  'asyncio-over-WebSocket',
];
const EVENTS_OF_A_DEVICE = 9;

const python = inject('python');

describe.skipIf('missing' in python)('message of the Python SDKs', () => {
  it('arrives with all its properties, as telemetry and at the input of a module', {
    timeout: TIMEOUT_MILLISECONDS,
  }, async () => {
    await using hub = await startHubWithEmulator();
    const program = exchangeMessages(hub);
    await Promise.all([
      program.then(({ exitCode, stderr }) => expect(exitCode, stderr).toBe(0)),
      ...DEVICE_IDS.map((deviceId) => sendToInput(hub, deviceId)),
    ]);
    for (const deviceId of DEVICE_IDS) {
      const events = await takeEvents(hub, deviceId);
      const modelId = 'dtmi:com:example:Thermostat;1';
      expect(events.slice(0, 4)).toMatchObject(sent({ 'dt-dataschema': modelId }));
      const output = 'alarms & more';
      expect(events.slice(4, 8)).toMatchObject(
        sent({ 'iothub-connection-module-id': 'module', 'iothub-outputname': output }),
      );
      expect(events[8]).toMatchObject({
        body: 'open',
        messageId: 'm-2',
        properties: { input: 'commands', sender: deviceId, colour: 'red' },
      });
    }
  });
});

/** Runs the program with a hub in this process, redirected as below `exec`. */
async function exchangeMessages({
  emulator,
  hostName,
  connectionString,
}: HubWithEmulator): Promise<ProgramResult> {
  const directory = await mkdtemp(join(tmpdir(), 'python-messages-'));
  try {
    const authorityPath = join(directory, 'authority.pem');
    await writeFile(authorityPath, emulator.authorityPem);
    using redirect = redirectEnvironment({
      baseEnvironment: { ...process.env, IOTHUB_CONNECTION_STRING: connectionString },
      address: emulator.host,
      names: [hostName],
      ports: { 443: emulator.httpsPort, 8883: emulator.mqttPort },
      authorityPath,
      directory,
    });
    const executable = 'executable' in python ? python.executable : 'python3';
    const command = [executable, '-B', join(PYTHON_PROGRAMS, 'exchange_messages.py')] as const;
    return await runProgram([...command], { env: redirect.environment }, TIMEOUT_MILLISECONDS);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function sendToInput(hub: HubWithEmulator, deviceId: string): Promise<void> {
  const module = { deviceId, moduleId: 'module' };
  await hub.untilSubscribed(module, 'inputs', WAIT);
  const message = { body: 'open', messageId: 'm-2', properties: { colour: 'red' } };
  hub.sendToInput(module, 'commands', message, { deviceId });
}

async function takeEvents(hub: HubWithEmulator, deviceId: string) {
  const events = [];
  for await (const event of hub.telemetry({ deviceId, from: 'earliest' })) {
    if (events.push({ ...event, body: Buffer.from(event.body).toString() }) === EVENTS_OF_A_DEVICE) break;
  }
  return events;
}

/** Returns the messages that a client sends, in order. */
function sent(systemProperties: Readonly<Record<string, string>>) {
  const interfaceId = 'urn:azureiot:Security:SecurityAgent:1';
  return [
    { body: 'plain text', properties: {}, systemProperties },
    {
      body: '{"temperature": 21.5}',
      messageId: 'm/1',
      correlationId: 'c 1',
      userId: 'user-1',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      properties: { colour: 'grün & blau', 'a=b': 'c+d', empty: '' },
      systemProperties,
    },
    { body: '\0\ufffd', systemProperties: { ...systemProperties, 'iothub-interface-id': interfaceId } },
    { body: '', properties: {}, systemProperties },
  ];
}
