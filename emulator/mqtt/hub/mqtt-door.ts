import type { Duplex } from 'node:stream';
import { formatClientIdentity } from '../../domain/identities/client-identity.ts';
import type { Hub } from '../../hub/hub.ts';
import { Acknowledgements } from '../wire/acknowledgements.ts';
import { createBroker } from '../wire/broker.ts';
import { Connection, type DoorParts } from '../wire/connection.ts';
import type { Peer } from './connect-request.ts';

/** The device API over MQTT and MQTT over WebSocket. */
export interface MqttDoor {
  /** Takes over a connected stream; over WebSocket, one whose writes are one frame each. */
  accept(stream: Duplex, peer: Peer): void;
  /** The streams that are open now, greeted or not. */
  readonly connectionCount: number;
  /** Ends every connection. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Opens the door that device and module clients use. */
export async function createMqttDoor(hub: Hub): Promise<MqttDoor> {
  const broker = await createBroker(hub.log);
  const parts: DoorParts = {
    hub,
    connections: new Set(),
    acknowledgements: new Acknowledgements(),
    attachBroker: broker.attach,
  };
  const stopListening = hub.activities.listen({ kinds: ['identityDeleted'] }, ({ identity }) => {
    broker.forgetSession(formatClientIdentity(identity));
  });
  return {
    accept: (stream, peer) => {
      new Connection(parts, stream, peer);
    },
    get connectionCount() {
      return parts.connections.size;
    },
    [Symbol.asyncDispose]: async () => {
      stopListening();
      for (const connection of [...parts.connections]) connection.close();
      await broker.close();
    },
  };
}
