import iotCommon from 'azure-iot-common';
import type { Client, ModuleClient } from 'azure-iot-device';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HubWithEmulator, startHubWithEmulator } from '../../hub-with-emulator.ts';

let hub: HubWithEmulator;

beforeAll(async () => {
  hub = await startHubWithEmulator();
});
afterAll(() => hub[Symbol.asyncDispose]());

function untilDropped(client: Client | ModuleClient): Promise<unknown> {
  client.setRetryPolicy(new iotCommon.NoRetry());
  return new Promise((resolve) => client.once('disconnect', resolve));
}

function lastReasonOf(deviceId: string): unknown {
  const isEnd = ({ event, fields }: HubWithEmulator['log'][number]) =>
    event === 'client-disconnected' && fields['deviceId'] === deviceId;
  return hub.log.findLast(isEnd)?.fields['reason'];
}

describe.each(['mqtt', 'mqtt-ws'] as const)('connection over %s', (transport) => {
  it('closes when the device is disabled, also for its modules, and is refused until it is enabled', async () => {
    const device = await hub.provision();
    const module = await hub.provision({ deviceId: device.deviceId, moduleId: true });
    const clients = [await device.connect(transport), await module.connect(transport)];
    const dropped = Promise.all(clients.map(untilDropped));
    const { responseBody: identity } = await hub.registry().get(device.deviceId);
    await hub.registry().update({ ...identity, status: 'disabled', statusReason: 'stolen' });
    await dropped;
    expect(lastReasonOf(device.deviceId)).toBe('identity-disabled');
    await expect(device.connect(transport)).rejects.toThrow('Not authorized');
    await hub.registry().update({ ...identity, status: 'enabled' });
    await (await device.connect(transport)).close();
  });

  it('closes when the device is deleted', async () => {
    const device = await hub.provision();
    const dropped = untilDropped(await device.connect(transport));
    await hub.registry().delete(device.deviceId);
    await dropped;
    expect(lastReasonOf(device.deviceId)).toBe('identity-deleted');
  });

  it('closes when a second client with the same identity connects', async () => {
    const device = await hub.provision();
    const first = await device.connect(transport);
    const dropped = untilDropped(first);
    const second = await device.connect(transport);
    await dropped;
    await expect(second.getTwin()).resolves.toBeDefined();
    expect(hub.emulator.hub.sessions.connectedDeviceCount).toBeGreaterThan(0);
    await second.close();
  });

  it('appears in the device identity and in the twin', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport);
    const { responseBody: identity } = await hub.registry().get(device.deviceId);
    expect(identity).toMatchObject({ connectionState: 'Connected' });
    expect(Date.parse(identity.connectionStateUpdatedTime ?? '')).toBeGreaterThan(Date.now() - 60_000);
    await client.close();
    await hub.untilDisconnected(device);
    const { responseBody: twin } = await hub.registry().getTwin(device.deviceId);
    expect(twin).toMatchObject({ connectionState: 'Disconnected' });
  });

  it('stores the announced model id in the twin', async () => {
    const device = await hub.provision();
    const client = await device.connect(transport, { modelId: 'dtmi:com:example:Thermostat;1' });
    await client.close();
    const { responseBody: twin } = await hub.registry().getTwin(device.deviceId);
    expect(twin).toMatchObject({ modelId: 'dtmi:com:example:Thermostat;1' });
  });
});
