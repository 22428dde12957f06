import { MAXIMUM_MESSAGE_BYTES } from '../../../domain/messages/message.ts';
import { CONNECT, device, type HubRoute, service } from '../route.ts';
import {
  abandonMessage,
  completeMessage,
  purgeMessages,
  receiveMessage,
  rejectMessage,
  sendMessage,
} from './cloud-to-device-handlers.ts';
import { abandonFeedback, completeFeedback, receiveFeedback } from './feedback-handlers.ts';

const COMMANDS = '/devices/:deviceId/commands';
const MESSAGES = '/devices/:deviceId/messages/devicebound';
const MESSAGE = `${MESSAGES}/:lockToken`;
const FEEDBACK = '/messages/serviceBound/feedback';
const BATCH = `${FEEDBACK}/:lockToken`;

export const CLOUD_TO_DEVICE_ROUTES: readonly HubRoute[] = [
  service(
    'purgeMessages',
    'DELETE',
    COMMANDS,
    CONNECT,
    'purge the messages that wait for a device',
    purgeMessages,
  ),
  {
    ...service('sendMessage', 'POST', MESSAGES, CONNECT, 'send a message to a device', sendMessage),
    maximumBodyBytes: MAXIMUM_MESSAGE_BYTES,
  },
  device('receiveMessage', 'GET', MESSAGES, 'receive a message', receiveMessage),
  device('rejectMessage', 'DELETE', `${MESSAGE}?reject`, 'reject a message', rejectMessage),
  device('completeMessage', 'DELETE', MESSAGE, 'complete a message', completeMessage),
  device('abandonMessage', 'POST', `${MESSAGE}/abandon`, 'abandon a message', abandonMessage),
  service('receiveFeedback', 'GET', FEEDBACK, CONNECT, 'receive feedback on messages', receiveFeedback),
  service('completeFeedback', 'DELETE', BATCH, CONNECT, 'complete feedback', completeFeedback),
  service('abandonFeedback', 'POST', `${BATCH}/abandon`, CONNECT, 'abandon feedback', abandonFeedback),
];
