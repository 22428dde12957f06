import { CLIENT, type HubRoute, refusedBecause } from '../route.ts';

const refused = refusedBecause('what needs blob storage comes later', ['device']);

const FILES = '/devices/:deviceId/files';
const NOTIFICATIONS = `${FILES}/notifications`;
const NOTIFICATION = `${NOTIFICATIONS}/:correlationId`;

export const FILE_ROUTES: readonly HubRoute[] = [
  refused('createFileUpload', 'POST', FILES, CLIENT, 'begin a file upload'),
  refused('completeFileUpload', 'POST', NOTIFICATIONS, CLIENT, 'end a file upload'),
  refused('completeFileUpload', 'POST', NOTIFICATION, CLIENT, 'end a file upload'),
];
