import type { JsonObject } from '../../emulator/domain/json.ts';
import type { CloudToDeviceDelivery, ModuleInputMessage } from '../../emulator/domain/messages/message.ts';
import type { MethodRequest } from '../../emulator/domain/methods/method.ts';
import type { ClientConnection, DisconnectReason } from '../../emulator/hub/client-connection.ts';

/** A connection that records the deliveries of the hub. */
export interface RecordingConnection extends ClientConnection {
  readonly desiredPatches: JsonObject[];
  readonly methodRequests: MethodRequest[];
  readonly messages: CloudToDeviceDelivery[];
  readonly inputMessages: ModuleInputMessage[];
  readonly closed: DisconnectReason[];
}

/** Creates a recording connection. It calls `onMessage` within the delivery of a cloud-to-device message. */
export function createRecordingConnection(
  onMessage?: (delivery: CloudToDeviceDelivery) => void,
): RecordingConnection {
  const desiredPatches: JsonObject[] = [];
  const methodRequests: MethodRequest[] = [];
  const messages: CloudToDeviceDelivery[] = [];
  const inputMessages: ModuleInputMessage[] = [];
  const closed: DisconnectReason[] = [];
  return {
    desiredPatches,
    methodRequests,
    messages,
    inputMessages,
    closed,
    acceptsMethod: () => true,
    receptionOf: () => 'acknowledged',
    acceptsInputMessage: () => true,
    deliverDesiredPatch: (patch) => desiredPatches.push(patch),
    deliverMethodRequest: (request) => methodRequests.push(request),
    deliverMessage: (delivery) => {
      messages.push(delivery);
      onMessage?.(delivery);
    },
    deliverInputMessage: (message) => inputMessages.push(message) > 0,
    close: (reason) => closed.push(reason),
  };
}
