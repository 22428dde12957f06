import { describe, expect, it } from 'vitest';
import { silenceLimitOf } from '../../../emulator/mqtt/wire/keep-alive.ts';
import { startMqttHub } from '../mqtt-hub.ts';

describe('the keep-alive', () => {
  it.each([
    [1, 1.5],
    [60, 90],
    [1177, 1765.5],
    [1178, 1767],
    [65_535, 1767],
    [0, 1767],
  ])('allows for %d s a silence of %d s', (keepAlive, limit) => {
    expect(silenceLimitOf(keepAlive)).toBe(limit * 1000);
  });

  it('ends the connection after a longer silence', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d', { keepalive: 60 });
    mqtt.clock.advance(89_999);
    await client.settle();
    mqtt.clock.advance(89_999);
    client.publish('devices/d/messages/events/', 'still here', { qos: 0 });
    await mqtt.events(1);
    mqtt.clock.advance(89_999);
    expect(client.isClosed()).toBe(false);
    mqtt.clock.advance(1);
    await client.closed;
    const line = await mqtt.untilLogged('keep-alive-timeout');
    expect(line).toMatchObject({ event: 'connection-dropped', fields: { deviceId: 'd', transport: 'mqtt' } });
  });
});
