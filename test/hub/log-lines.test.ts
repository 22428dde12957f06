import { describe, expect, it } from 'vitest';
import { parseJobRequest } from '../../emulator/domain/jobs/job-request.ts';
import { DEFAULT_HUB_OPTIONS } from '../../emulator/emulator-options.ts';
import type { LogFields } from '../../emulator/hub/ports.ts';
import { createQuietHub, identityOf, messageOf, type QuietHub, succeeded } from './quiet-hub.ts';

const DAY_MILLISECONDS = 86_400_000;
const D1 = identityOf('d1');

type Cause = (quiet: QuietHub) => void;

const CAUSES: readonly (readonly [event: string, operation: string | undefined, what: string, Cause])[] = [
  [
    'client-refused',
    'receiveMessage',
    'a client without credentials',
    ({ hub }) =>
      hub.access.authenticateClient('receiveMessage', { deviceId: 'd1', credential: { kind: 'none' } }),
  ],
  [
    'client-refused',
    'invokeMethod',
    'a module call without credentials',
    ({ hub }) => {
      const caller = { deviceId: 'd1', moduleId: 'm', credential: { kind: 'none' } } as const;
      hub.access.authenticateModuleCall('invokeMethod', caller, 'd1');
    },
  ],
  [
    'service-refused',
    'getTwin',
    'a back end without credentials',
    ({ hub }) => hub.access.authorizeService(undefined, [], ['twins', 'd1'], { operation: 'getTwin' }),
  ],
  ['client-connected', 'connect', 'a client that connects', ({ connect }) => connect('d1')],
  [
    'client-disconnected',
    'disconnect',
    'a client that disconnects',
    ({ connect }) => connect('d1').session.close('graceful'),
  ],
  ['query-refused', 'queryTwins', 'a syntax error', ({ hub }) => hub.queries.queryTwins('SELECT')],
  ['job-ended', 'cancelJob', 'a cancelled job', (quiet) => quiet.hub.jobs.cancelJob(createJob(quiet))],
  [
    'job-ended',
    undefined,
    'a job that its timer ends',
    (quiet) => {
      createJob(quiet);
      quiet.clock.advance(2 * DAY_MILLISECONDS);
    },
  ],
  [
    'message-dead-lettered',
    'rejectMessage',
    'a rejected message',
    ({ hub }) => hub.cloudToDevice.rejectMessage(D1, receiveMessage(hub)),
  ],
  [
    'message-dead-lettered',
    'abandonMessage',
    'a message that is abandoned too often',
    ({ hub }) => hub.cloudToDevice.abandonMessage(D1, receiveMessage(hub)),
  ],
  [
    'message-dead-lettered',
    undefined,
    'a message that expires',
    ({ hub, clock }) => {
      receiveMessage(hub);
      clock.advance(DAY_MILLISECONDS);
    },
  ],
];

describe('a log line', () => {
  it.each(CAUSES)('%s has the operation %s for %s', (event, operation, _what, cause) => {
    const lines: { readonly event: string; readonly fields: LogFields }[] = [];
    const cloudToDevice = { ...DEFAULT_HUB_OPTIONS.cloudToDevice, maximumDeliveryCount: 1 };
    const quiet = createQuietHub({ cloudToDevice }, (_level, event, fields) => lines.push({ event, fields }));
    quiet.register('d1');
    cause(quiet);
    const found = lines.filter((line) => line.event === event);
    expect(found.map(({ fields }) => fields['operation'])).toEqual([operation]);
  });
});

function createJob({ hub }: QuietHub): string {
  const request = {
    type: 'scheduleUpdateTwin',
    updateTwin: { etag: '*', tags: { seen: true } },
    queryCondition: '*',
    startTime: '2026-01-03T03:04:05Z',
  };
  succeeded(hub.jobs.createJob(succeeded(parseJobRequest('j-1', request))));
  return 'j-1';
}

/** Sends a message, and returns the lock token with which the device received it. */
function receiveMessage({ cloudToDevice }: QuietHub['hub']): string {
  succeeded(cloudToDevice.sendMessage(D1, messageOf('one')));
  return succeeded(cloudToDevice.receiveMessage(D1))?.lockToken ?? '';
}
