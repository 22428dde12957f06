import { expect, it } from 'vitest';
import { startHub } from '../../harness/harness.ts';

it('a service PATCH of the desired properties reaches the module over MQTT', async () => {
  await using hub = await startHub();
  const module = await hub.provision({ moduleId: true });
  const client = await module.connect();
  const twin = await client.getTwin();
  const patches: unknown[] = [];
  const received = new Promise((resolve) => {
    twin.on('properties.desired', (desired) => {
      patches.push(desired);
      if (desired.interval === 30) resolve(desired);
    });
  });
  await hub.untilSubscribed(module, 'desiredProperties');
  await hub
    .registry()
    .updateModuleTwin(
      module.deviceId,
      module.moduleId ?? '',
      { properties: { desired: { interval: 30 } } },
      '*',
    );
  expect(await received).toEqual({ interval: 30, $version: 2 });
});
