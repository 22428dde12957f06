import { describe, expect, it } from 'vitest';
import { startMqttHub } from '../../mqtt-hub.ts';

const CALL = { name: 'reboot', payload: '{"delay":5}', responseTimeoutSeconds: 30, connectTimeoutSeconds: 0 };

describe('a direct method', () => {
  it.each(['d', 'd/m'])('reaches %s and returns its response', async (clientId) => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register(clientId);
    const client = await mqtt.connect(clientId);
    await client.subscribe(['$iothub/methods/POST/#', 0]);
    const invoked = mqtt.hub.methods.invokeMethod(identity, CALL);
    const request = await client.next('publish');
    expect(request).toMatchObject({ topic: '$iothub/methods/POST/reboot/?$rid=1', qos: 0 });
    expect(request.payload.toString()).toBe('{"delay":5}');
    client.publish('$iothub/methods/res/207/?$rid=1', '{"done":1.0}', { messageId: 3 });
    expect(await client.next('puback')).toMatchObject({ messageId: 3 });
    expect(await invoked).toEqual({ ok: true, value: { status: 207, payload: '{"done":1.0}' } });
  });

  it('has an empty body if the caller sends no payload, and an empty response is null', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe(['$iothub/methods/POST/#', 0]);
    const invoked = mqtt.hub.methods.invokeMethod(identity, { ...CALL, payload: '' });
    expect((await client.next('publish')).payload.toString()).toBe('');
    client.publish('$iothub/methods/res/200/?$rid=1', '', { qos: 0 });
    expect(await invoked).toEqual({ ok: true, value: { status: 200, payload: 'null' } });
  });

  it('ignores and acknowledges a response to a call that does not exist', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.publish('$iothub/methods/res/200/?$rid=ffff', '{}', { messageId: 3 });
    expect(await client.next('puback')).toMatchObject({ messageId: 3 });
    await client.settle();
  });

  it.each([-2_147_024_809, 2_147_483_647])('returns the status %i, as C programs send it', async (status) => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe(['$iothub/methods/POST/#', 0]);
    const invoked = mqtt.hub.methods.invokeMethod(identity, CALL);
    await client.next('publish');
    client.publish(`$iothub/methods/res/${status}/?$rid=1`, '{}', { qos: 0 });
    expect(await invoked).toMatchObject({ value: { status } });
  });

  it('closes the connection if the response status is not a number', async () => {
    await using mqtt = await startMqttHub();
    mqtt.register('d');
    const client = await mqtt.connect('d');
    client.publish('$iothub/methods/res/fine/?$rid=1', '{}');
    await client.closed;
    await mqtt.untilLogged('publish-topic-forbidden');
  });

  it('gets its own response if a hundred are invoked at once', async () => {
    await using mqtt = await startMqttHub();
    const identity = mqtt.register('d');
    const client = await mqtt.connect('d');
    await client.subscribe(['$iothub/methods/POST/#', 0]);
    const invoked = Array.from({ length: 100 }, (_, index) =>
      mqtt.hub.methods.invokeMethod(identity, { ...CALL, payload: String(index) }),
    );
    for (let index = 0; index < 100; index++) {
      const { topic, payload } = await client.next('publish');
      const requestId = topic.slice(topic.indexOf('=') + 1);
      expect(requestId).toMatch(/^[0-9a-f]+$/);
      client.publish(`$iothub/methods/res/200/?$rid=${requestId}`, payload as Buffer, { qos: 0 });
    }
    const answers = await Promise.all(invoked);
    expect(answers.map((answer) => answer.ok && answer.value.payload)).toEqual(
      answers.map((_, index) => String(index)),
    );
  });
});
