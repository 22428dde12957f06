import { MAXIMUM_EVENT_BYTES } from '../../../domain/messages/message.ts';
import { device, type HubRoute } from '../route.ts';
import { sendEvents } from './event-handlers.ts';

const EVENTS = '/devices/:deviceId/messages/events';

export const EVENT_ROUTES: readonly HubRoute[] = [
  {
    ...device('sendEvent', 'POST', EVENTS, 'send telemetry, alone or in a batch', sendEvents),
    maximumBodyBytes: MAXIMUM_EVENT_BYTES,
  },
];
