import { failed } from '../domain/result.ts';
import type { Messages } from './hub.ts';

/** Makes the cloud-to-device messages. */
export function createMessages(): Messages {
  const refuse = () => failed('FeatureNotSupported', 'Cloud-to-device messages are not supported yet.');
  return {
    send: refuse,
    receive: refuse,
    complete: refuse,
    abandon: refuse,
    reject: refuse,
    purge: refuse,
    sendToInput: refuse,
  };
}
