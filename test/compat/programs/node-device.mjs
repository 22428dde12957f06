import { backEnd } from './back-end.mjs';
import { call, expectEqual, load, repeatUntil, runFeatures } from './features.mjs';

// A device of any version of azure-iot-device and its transports, by callbacks.

const { Client, Message, ModuleClient } = load('azure-iot-device');
const { Mqtt, MqttWs } = load('azure-iot-device-mqtt');

await runFeatures({
  telemetry: () => withClient(Mqtt, sendTelemetry),
  webSocket: () => withClient(MqttWs, sendTelemetry),
  https: () => withClient(load('azure-iot-device-http').Http, sendTelemetry),
  cloudToDevice: () => withClient(Mqtt, receiveMessage),
  directMethod: () => withClient(Mqtt, answerMethod),
  twin: () => withClient(Mqtt, useTwin),
  module: useModule,
});

async function withClient(transport, use) {
  await useClient(Client.fromConnectionString(process.env.IOTHUB_DEVICE_CONNECTION_STRING, transport), use);
}

async function useModule() {
  const client = ModuleClient.fromConnectionString(process.env.IOTHUB_MODULE_CONNECTION_STRING, Mqtt);
  await useClient(client, async () => {
    await call(client, 'sendOutputEvent', 'alarms', new Message('{"temperature":90}'));
    expectEqual((await call(client, 'getTwin')).properties.desired.$version, 1);
  });
}

async function useClient(client, use) {
  client.on('error', (error) => console.error(error));
  await call(client, 'open');
  try {
    await use(client);
  } finally {
    await call(client, 'close').catch(() => undefined);
  }
}

async function sendTelemetry(client) {
  const message = new Message(JSON.stringify({ temperature: 21.5 }));
  message.messageId = 'm 1';
  message.properties.add('colour', 'grün & blau');
  await call(client, 'sendEvent', message);
}

async function receiveMessage(client) {
  const received = new Promise((resolve) => client.on('message', resolve));
  await backEnd.send({ switch: 'on' });
  const message = await received;
  expectEqual(JSON.parse(message.getData().toString()), { switch: 'on' });
  await call(client, 'complete', message);
}

async function answerMethod(client) {
  client.onDeviceMethod('echo', (request, response) =>
    response.send(200, { echoed: request.payload }, () => undefined),
  );
  const answer = await backEnd.invoke('echo', { text: 'é' });
  expectEqual(answer, { status: 200, payload: { echoed: { text: 'é' } } });
}

async function useTwin(client) {
  const twin = await call(client, 'getTwin');
  let interval;
  twin.on('properties.desired', (delta) => {
    interval = delta.interval;
  });
  const asked = Date.now();
  await repeatUntil(
    () => interval >= asked,
    (attempt) => backEnd.patch({ interval: asked + attempt }),
  );
  await call(twin.properties.reported, 'update', { firmware: '1.2.0' });
  expectEqual((await backEnd.getTwin()).properties.reported.firmware, '1.2.0');
}
