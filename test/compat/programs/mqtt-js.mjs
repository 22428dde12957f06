import { backEnd } from './back-end.mjs';
import { call, expectEqual, load, runFeatures } from './features.mjs';
import { formatToken, parseConnectionString } from './sas-token.mjs';

// A device without SDK, by any version of mqtt.js since 4.

const mqtt = load('mqtt');
const {
  HostName: host,
  DeviceId: id,
  SharedAccessKey: key,
} = parseConnectionString(process.env.IOTHUB_DEVICE_CONNECTION_STRING);
const TCP = `mqtts://${host}:8883`;
const WEB_SOCKET = `wss://${host}:443/$iothub/websocket`;
/** The will of firmware that is made for any broker. */
const WILL = { topic: `tele/${id}/LWT`, payload: 'Offline', qos: 1, retain: true };

await runFeatures({
  telemetry: () => withClient(TCP, sendTelemetry),
  webSocket: () => withClient(WEB_SOCKET, sendTelemetry),
  cloudToDevice: () =>
    withClient(TCP, (client) => receiveMessage(client, `devices/${id}/messages/devicebound/#`)),
  directMethod: () => withClient(TCP, answerMethod),
  twin: () => withClient(TCP, useTwin),
  wildcardFilters: () =>
    withClient(TCP, (client) => receiveMessage(client, 'devices/+/messages/devicebound/#')),
  allTopics: () => withClient(TCP, (client) => receiveMessage(client, '#')),
  equalFilters: () => withClient(TCP, subscribeTwice),
  foreignWill: () => withClient(TCP, sendTelemetry, { will: WILL }),
});

async function withClient(url, use, options = {}) {
  const client = mqtt.connect(url, {
    clientId: id,
    username: `${host}/${id}/?api-version=2021-04-12`,
    password: formatToken(`${host}/devices/${id}`, key),
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    ...options,
  });
  // A connection that the hub closes has no error of its own.
  const closed = new Promise((_resolve, reject) => {
    client.once('error', reject);
    client.once('close', () => reject(new Error('the connection was closed')));
  });
  const connected = new Promise((resolve) => client.once('connect', resolve));
  try {
    await Promise.race([closed, connected.then(() => use(client))]);
  } finally {
    client.end(true);
  }
}

async function sendTelemetry(client) {
  const bag = '%24.mid=m%201&colour=gr%C3%BCn';
  await call(client, 'publish', `devices/${id}/messages/events/${bag}`, '{"temperature":21.5}', { qos: 1 });
}

async function receiveMessage(client, filter) {
  const received = nextPacket(client, 'devices/');
  await call(client, 'subscribe', filter, { qos: 1 });
  await backEnd.send({ switch: 'on' });
  expectEqual(JSON.parse((await received).body), { switch: 'on' });
}

async function answerMethod(client) {
  await call(client, 'subscribe', '$iothub/methods/POST/#', { qos: 0 });
  const request = nextPacket(client, '$iothub/methods/POST/echo/');
  const answer = backEnd.invoke('echo', { n: 1 });
  const { topic, body } = await request;
  const echoed = `{"echoed":${body}}`;
  await call(client, 'publish', `$iothub/methods/res/200/${topic.slice(topic.indexOf('?'))}`, echoed, {
    qos: 0,
  });
  expectEqual(await answer, { status: 200, payload: { echoed: { n: 1 } } });
}

async function useTwin(client) {
  const filters = ['$iothub/twin/res/#', '$iothub/twin/PATCH/properties/desired/#'];
  await call(client, 'subscribe', filters, { qos: 0 });
  const answer = nextPacket(client, '$iothub/twin/res/200/?$rid=1');
  await call(client, 'publish', '$iothub/twin/GET/?$rid=1', '', { qos: 0 });
  const { desired } = JSON.parse((await answer).body);
  const patch = nextPacket(client, '$iothub/twin/PATCH/properties/desired/');
  await backEnd.patch({ interval: 30 });
  expectEqual(JSON.parse((await patch).body), { interval: 30, $version: desired.$version + 1 });
  const kept = nextPacket(client, '$iothub/twin/res/204/?$rid=2');
  const topic = '$iothub/twin/PATCH/properties/reported/?$rid=2';
  await call(client, 'publish', topic, '{"firmware":"1.2.0"}', { qos: 0 });
  await kept;
  expectEqual((await backEnd.getTwin()).properties.reported.firmware, '1.2.0');
}

async function subscribeTwice(client) {
  const filter = `devices/${id}/messages/devicebound/#`;
  await call(client, 'subscribe', [filter, filter], { qos: 1 });
  await receiveMessage(client, filter);
}

function nextPacket(client, prefix) {
  return new Promise((resolve) => {
    client.on('message', (topic, bytes) => {
      if (topic.startsWith(prefix)) resolve({ topic, body: bytes.toString() });
    });
  });
}
