import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import iotCommon from 'azure-iot-common';
import iotDevice, { type Client, type ModuleClient } from 'azure-iot-device';
import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAgent, type Transport, transportOf } from '../../../harness/clients/wiring.ts';
import type { ProvisionedDevice, ProvisionedModule } from '../../../harness/harness.ts';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';
import { transportsThat } from '../transports.ts';

let hub: HubWithEmulator;

beforeAll(async () => {
  hub = await startHubWithEmulator();
});
afterAll(() => hub[Symbol.asyncDispose]());

const { Message } = iotDevice;

/** Returns the host name that a client without a gateway connects to. */
function hostFor(transport: Transport): string {
  return transport === 'mqtt' ? `127.0.0.1:${hub.emulator.mqttPort}` : hub.hostName;
}

/** Returns the options with which a client that the harness did not create reaches the hub. */
function wiringOptions(): object {
  const agent = createAgent({ ...hub.emulator, hostName: hub.hostName });
  return {
    ca: hub.emulator.authorityPem,
    mqtt: { webSocketAgent: agent },
    http: { agent, receivePolicy: { interval: 1 } },
  };
}

/** Returns a SAS token of a client, signed with its primary key. */
function tokenOf(client: ProvisionedDevice | ProvisionedModule, host: string, seconds = 3600): string {
  const key = /SharedAccessKey=([^;]+)/.exec(client.connectionString)?.[1] ?? '';
  const module = client.moduleId === undefined ? '' : `/modules/${client.moduleId}`;
  const resource = encodeURIComponent(`${host}/devices/${client.deviceId}${module}`);
  const expiry = Math.floor(Date.now() / 1000) + seconds;
  return iotCommon.SharedAccessSignature.create(resource, null as never, key, expiry).toString();
}

async function verifyByTelemetry(
  name: ProvisionedDevice | ProvisionedModule,
  client: Client | ModuleClient,
): Promise<void> {
  await client.setOptions(wiringOptions() as never);
  await client.open();
  await client.sendEvent(new Message('here I am'));
  await hub.untilTelemetry(name);
  await client.close();
}

describe.each(transportsThat('sendTelemetry'))('device client over %s', (transport) => {
  const Transport = transportOf(transport);
  const gateway = () => (transport === 'mqtt' ? { gatewayHostName: hostFor(transport) } : {});

  it('is created from a connection string', async () => {
    const device = await hub.provision();
    const text = device.connectionString.replace(hub.hostName, hostFor(transport));
    await verifyByTelemetry(device, iotDevice.Client.fromConnectionString(text, Transport));
  });

  it('is created from a SAS token', async () => {
    const device = await hub.provision();
    const token = tokenOf(device, hostFor(transport));
    await verifyByTelemetry(device, iotDevice.Client.fromSharedAccessSignature(token, Transport));
  });

  it('is created from an authentication provider', async () => {
    const device = await hub.provision();
    const provider = iotDevice.SharedAccessKeyAuthenticationProvider.fromConnectionString(
      `${device.connectionString}${transport === 'mqtt' ? `;GatewayHostName=${gateway().gatewayHostName}` : ''}`,
    );
    const client = iotDevice.Client.fromAuthenticationProvider(provider, Transport);
    await verifyByTelemetry(device, client);
    provider.stop();
  });

  it('accepts a new SAS token', async () => {
    const device = await hub.provision();
    const host = hostFor(transport);
    const client = iotDevice.Client.fromSharedAccessSignature(tokenOf(device, host), Transport);
    await client.setOptions(wiringOptions() as never);
    await client.open();
    await new Promise<void>((resolve, reject) =>
      client.updateSharedAccessSignature(tokenOf(device, host, 7200), (error) =>
        error ? reject(error) : resolve(),
      ),
    );
    await client.sendEvent(new Message('with the new token'));
    await hub.untilTelemetry(device);
    await client.close();
  });

  it('opens and closes repeatedly', async () => {
    const device = await hub.provision();
    const client = await device.createClient(transport);
    for (let round = 1; round <= 3; round++) {
      const connected = once(client, 'connect');
      await client.open();
      await connected;
      await client.sendEvent(new Message(String(round)));
      await client.close();
    }
    await hub.untilTelemetry(device, ({ body }) => Buffer.from(body).toString() === '3');
  });
});

describe.each(transportsThat('connect'))('device client over %s', (transport) => {
  it('sends its options to the hub', async () => {
    const device = await hub.provision();
    const text = device.connectionString.replace(hub.hostName, hostFor(transport));
    const client = iotDevice.Client.fromConnectionString(text, transportOf(transport));
    const modelId = 'dtmi:com:example:Thermostat;1';
    await client.setOptions({ ...wiringOptions(), modelId, productInfo: 'mine', keepalive: 60 } as never);
    await client.open();
    await hub.untilConnected(device);
    expect((await hub.registry().getTwin(device.deviceId)).responseBody).toMatchObject({ modelId });
    await client.close();
    await hub.untilDisconnected(device);
  });

  it('ignores the polling interval', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    await client.setTransportOptions({ interval: 5 });
    await client.getTwin();
    await client.close();
  });

  it('reconnects after its connection was lost if its retry policy allows it', async () => {
    const device = await hub.provision();
    const first = await device.connect(transport);
    first.onDeviceMethod('who', (_request, response) => void response.send(200, 'first'));
    await hub.untilSubscribed(device, 'methods');
    const second = await device.createClient(transport);
    second.setRetryPolicy(new iotCommon.NoRetry());
    const lost = once(second, 'disconnect');
    // The second client replaces the first, which then reconnects.
    await second.open();
    await lost;
    const timeouts = { connectTimeoutInSeconds: 10 };
    expect(await hub.invokeMethod(device, 'who', null, timeouts)).toMatchObject({ payload: 'first' });
    await first.close();
  });
});

describe.each(transportsThat('sendModuleTelemetry'))('module client over %s', (transport) => {
  const Transport = transportOf(transport);
  afterEach(() => vi.unstubAllEnvs());

  it('is created from a connection string', async () => {
    const module = await hub.provision({ moduleId: true });
    const text = module.connectionString.replace(hub.hostName, hostFor(transport));
    await verifyByTelemetry(module, iotDevice.ModuleClient.fromConnectionString(text, Transport));
  });

  it('is created from a SAS token', async () => {
    const module = await hub.provision({ moduleId: true });
    const token = tokenOf(module, hostFor(transport));
    await verifyByTelemetry(module, iotDevice.ModuleClient.fromSharedAccessSignature(token, Transport));
  });

  it('is created from an authentication provider', async () => {
    const module = await hub.provision({ moduleId: true });
    const text = module.connectionString.replace(hub.hostName, hostFor(transport));
    const provider = iotDevice.SharedAccessKeyAuthenticationProvider.fromConnectionString(text);
    await verifyByTelemetry(module, iotDevice.ModuleClient.fromAuthenticationProvider(provider, Transport));
    provider.stop();
  });

  it('is created from its environment, including the CA file', async () => {
    const module = await hub.provision({ moduleId: true });
    const file = join(tmpdir(), `authority-${process.pid}-${transport}.pem`);
    await writeFile(file, hub.emulator.authorityPem);
    onTestFinished(() => rm(file));
    vi.stubEnv('IotHubConnectionString', module.connectionString.replace(hub.hostName, hostFor(transport)));
    vi.stubEnv('EdgeModuleCACertificateFile', file);
    const client = await iotDevice.ModuleClient.fromEnvironment(Transport);
    // Over WebSocket a free port needs an agent. Over MQTT the environment is enough.
    if (transport === 'mqtt-ws') await client.setOptions(wiringOptions() as never);
    await client.open();
    await hub.untilConnected(module);
    await client.close();
  });

  it('accepts a new SAS token, options and a retry policy', async () => {
    const module = await hub.provision({ moduleId: true });
    const host = hostFor(transport);
    const client = iotDevice.ModuleClient.fromSharedAccessSignature(tokenOf(module, host), Transport);
    client.setRetryPolicy(new iotCommon.NoRetry());
    await client.setOptions(wiringOptions() as never);
    await client.open();
    await new Promise<void>((resolve, reject) =>
      client.updateSharedAccessSignature(tokenOf(module, host, 7200), (error) =>
        error ? reject(error) : resolve(),
      ),
    );
    await client.setTransportOptions({ interval: 5 });
    await client.sendEvent(new Message('with the new token'));
    await hub.untilTelemetry(module);
    await client.close();
  });
});
