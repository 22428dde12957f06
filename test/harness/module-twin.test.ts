import { describe, expect, it } from 'vitest';
import { startHub, untilDesired } from '../../harness/harness.ts';

describe('a module of the harness', () => {
  it('receives a service PATCH of the desired properties over MQTT', async () => {
    await using hub = await startHub();
    const module = await hub.provision({ moduleId: 'sampler' });
    const client = await module.connect();
    const patch = untilDesired(await client.getTwin(), ({ interval }) => interval === 30);
    await hub.untilSubscribed(module, 'desiredProperties');
    const desired = { properties: { desired: { interval: 30 } } };
    await hub.registry().updateModuleTwin(module.deviceId, 'sampler', desired, '*');
    expect(await patch).toEqual({ interval: 30, $version: 2 });
  });
});
