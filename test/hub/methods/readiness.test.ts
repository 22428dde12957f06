import { describe, expect, it } from 'vitest';
import { createRecordingConnection } from '../../fakes/recording-connection.ts';
import { createQuietHub, identityOf } from '../quiet-hub.ts';

const D1 = identityOf('d1');

function callOf(name: string, connectTimeoutSeconds = 0) {
  return { name, payload: 'null', responseTimeoutSeconds: 30, connectTimeoutSeconds };
}

describe('a direct method of a client that accepts one name', () => {
  it('is sent if it has this name, and fails at once if it has another one', async () => {
    const { hub, register, connect } = createQuietHub();
    register('d1');
    const connection = { ...createRecordingConnection(), acceptsMethod: (name: string) => name === 'reboot' };
    connect('d1', { channels: ['methods'], connection });
    void hub.methods.invokeMethod(D1, callOf('reboot'));
    const other = await hub.methods.invokeMethod(D1, callOf('stop'));
    expect(other).toMatchObject({ ok: false, error: { name: 'DeviceNotOnline' } });
    expect(connection.methodRequests.map(({ name }) => name)).toEqual(['reboot']);
  });

  it('waits for a subscription that includes its name', async () => {
    const { hub, register, connect, clock } = createQuietHub();
    register('d1');
    const names = new Set(['reboot']);
    const connection = { ...createRecordingConnection(), acceptsMethod: (name: string) => names.has(name) };
    void hub.methods.invokeMethod(D1, callOf('stop', 60));
    const { session } = connect('d1', { channels: ['methods'], connection });
    expect(connection.methodRequests).toEqual([]);
    names.add('stop');
    session.subscribe('methods');
    expect(connection.methodRequests.map(({ name }) => name)).toEqual(['stop']);
    const late = hub.methods.invokeMethod(D1, callOf('start', 60));
    clock.advance(60_000);
    expect(await late).toMatchObject({ ok: false, error: { name: 'DeviceNotOnline' } });
  });
});
