import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { backEnd } from './back-end.mjs';
import { ADDRESS, CA_FILE, MQTT_PORT, runCommand, startCommand } from './commands.mjs';
import { expectEqual, repeatUntil, runFeatures } from './features.mjs';
import { formatToken, parseConnectionString } from './sas-token.mjs';

// A device by the commands mosquitto_pub, mosquitto_sub and mosquitto_rr, and a bridge of the broker mosquitto.

const {
  HostName: host,
  DeviceId: id,
  SharedAccessKey: key,
} = parseConnectionString(process.env.IOTHUB_DEVICE_CONNECTION_STRING);
const USER_NAME = `${host}/${id}/?api-version=2021-04-12`;
const EVENTS = `devices/${id}/messages/events/`;
const DEVICEBOUND = `devices/${id}/messages/devicebound/#`;
const WAIT_SECONDS = 10;

await runFeatures({
  telemetry: () => publish('{"temperature":21.5}'),
  foreignWill: () =>
    publish('{"temperature":21.5}', '--will-topic', `tele/${id}/LWT`, '--will-payload', 'Offline'),
  cloudToDevice: () => receiveMessage(DEVICEBOUND),
  twin: getTwin,
  wildcardFilters: () => receiveMessage('devices/+/messages/devicebound/#'),
  allTopics: () => receiveMessage('#'),
  bridge: useBridge,
});

async function publish(body, ...options) {
  await runCommand('mosquitto_pub', [...connection(), '-q', '1', '-t', EVENTS, '-m', body, ...options]);
}

async function receiveMessage(filter) {
  await backEnd.send({ switch: 'on' });
  const words = ['-q', '1', '-C', '1', '-W', String(WAIT_SECONDS), '-t', filter];
  expectEqual(JSON.parse(await runCommand('mosquitto_sub', [...connection(), ...words])), { switch: 'on' });
}

async function getTwin() {
  // mosquitto_rr takes no wildcard in the topic of the answer.
  const topics = ['-t', '$iothub/twin/GET/?$rid=1', '-e', '$iothub/twin/res/200/?$rid=1'];
  const words = [...topics, '-n', '-W', String(WAIT_SECONDS)];
  const answer = JSON.parse(await runCommand('mosquitto_rr', [...connection(), ...words]));
  expectEqual(answer.reported, { $version: 1 });
}

/** Sends a message of the hub to a client of a local broker, through the bridge of this broker. */
async function useBridge() {
  const folder = mkdtempSync(join(tmpdir(), 'iothub-emulator-bridge-'));
  const port = await freePort();
  const file = join(folder, 'mosquitto.conf');
  writeFileSync(file, bridgeConfiguration(port));
  const broker = startCommand('mosquitto', ['-c', file, '-v']);
  try {
    const isLogged = (text) => () => broker.stderr().includes(text);
    await repeatUntil(isLogged('Received SUBACK'), () => undefined);
    const local = ['-h', '127.0.0.1', '-p', String(port), '-q', '1'];
    const received = startCommand('mosquitto_sub', [...local, '-C', '1', '-t', DEVICEBOUND]);
    await runCommand('mosquitto_pub', [...local, '-t', EVENTS, '-m', '{"temperature":21.5}']);
    await repeatUntil(isLogged('Received PUBACK from local.'), () => undefined);
    await backEnd.send({ switch: 'on' });
    expectEqual(JSON.parse(await received.output), { switch: 'on' });
  } finally {
    broker.child.kill();
    await broker.output.catch(() => undefined);
    rmSync(folder, { recursive: true, force: true });
  }
}

function bridgeConfiguration(port) {
  return [
    `listener ${port} 127.0.0.1`,
    'allow_anonymous true',
    // Otherwise a broker that root starts becomes a user who cannot read the file of the authority.
    `user ${userInfo().username}`,
    'connection hub',
    `address ${ADDRESS}:${MQTT_PORT}`,
    `bridge_cafile ${CA_FILE}`,
    `remote_clientid ${id}`,
    `remote_username ${USER_NAME}`,
    `remote_password ${formatToken(`${host}/devices/${id}`, key)}`,
    // The hub refuses the flag of bridges (mosquitto tries again without it), and messages about the bridge.
    'try_private false',
    'notifications false',
    `topic ${EVENTS}# out 1`,
    `topic ${DEVICEBOUND} in 1`,
    '',
  ].join('\n');
}

function connection() {
  const address = ['-h', ADDRESS, '-p', String(MQTT_PORT), '--cafile', CA_FILE, '-V', 'mqttv311'];
  return [...address, '-i', id, '-u', USER_NAME, '-P', formatToken(`${host}/devices/${id}`, key)];
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
