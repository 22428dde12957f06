import { describe, expect, it } from 'vitest';
import { NO_PRECONDITION } from '../../emulator/domain/precondition.ts';
import type { Activity } from '../../emulator/hub/activity.ts';
import { createQuietHub, deviceIdOf, identityOf, succeeded } from './quiet-hub.ts';

const KINDS = [
  'identityCreated',
  'identityDeleted',
  'clientConnected',
  'clientDisconnected',
  'clientSubscribed',
  'twinUpdated',
  'twinReplaced',
] as const;

describe('the activity feed', () => {
  it('publishes every change with its operation and client, in order', () => {
    const quiet = createQuietHub();
    const seen: Activity[] = [];
    quiet.hub.activities.listen({ kinds: KINDS }, (activity) => seen.push(activity));
    liveOnce(quiet);
    expect(
      seen.map(({ kind, operation, identity }) => [kind, operation, identity.moduleId ?? identity.deviceId]),
    ).toEqual([
      ['identityCreated', 'createOrUpdateDevice', 'd1'],
      ['identityCreated', 'createOrUpdateModule', 'm1'],
      ['clientConnected', 'connect', 'd1'],
      ['clientSubscribed', 'subscribe', 'd1'],
      ['twinUpdated', 'updateReportedProperties', 'd1'],
      ['twinUpdated', 'updateTwin', 'm1'],
      ['twinReplaced', 'replaceTwin', 'd1'],
      ['clientDisconnected', 'disconnect', 'd1'],
      ['identityDeleted', 'deleteDevice', 'm1'],
      ['identityDeleted', 'deleteDevice', 'd1'],
    ]);
  });

  it('calls a listener only for the kinds and the client of its filter', () => {
    const quiet = createQuietHub();
    const seen: string[] = [];
    quiet.hub.activities.listen(
      { kinds: ['twinUpdated'], identity: identityOf('d1/m1') },
      ({ kind, identity }) => seen.push(`${kind} ${identity.deviceId}/${identity.moduleId}`),
    );
    liveOnce(quiet);
    expect(seen).toEqual(['twinUpdated d1/m1']);
  });

  it('calls a listener no more after the end of its subscription', () => {
    const quiet = createQuietHub();
    let count = 0;
    const stop = quiet.hub.activities.listen({ kinds: KINDS }, () => {
      count += 1;
    });
    quiet.register('d1');
    stop();
    quiet.register('d2');
    expect(count).toBe(1);
  });

  it('reports the kinds that have no listener', () => {
    const { hub } = createQuietHub();
    expect(KINDS.filter((kind) => hub.activities.hasListener(kind))).toEqual([
      'identityDeleted',
      'clientDisconnected',
      'clientSubscribed',
    ]);
    const stop = hub.activities.listen({ kinds: ['twinUpdated'] }, () => undefined);
    expect(hub.activities.hasListener('twinUpdated')).toBe(true);
    stop();
    expect(hub.activities.hasListener('twinUpdated')).toBe(false);
  });
});

function liveOnce({ hub, register, connect }: ReturnType<typeof createQuietHub>): void {
  const module = register('d1/m1');
  const { session } = connect('d1', { channels: ['methods'] });
  succeeded(session.updateReportedProperties({ a: 1 }));
  succeeded(hub.twins.updateTwin(module, { desired: { a: 1 } }, NO_PRECONDITION));
  succeeded(hub.twins.replaceTwin(identityOf('d1'), { desired: { a: 1 } }, NO_PRECONDITION));
  session.close('graceful');
  succeeded(hub.devices.deleteDevice(deviceIdOf('d1'), { kind: 'any' }));
}
