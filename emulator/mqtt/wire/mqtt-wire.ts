import type { Duplex } from 'node:stream';
import { Acknowledgements } from './acknowledgements.ts';
import { createBroker } from './broker/broker.ts';
import { Connection, type SharedParts } from './connection.ts';
import { limitsAfterConnect } from './packets/packet-types.ts';
import type { MqttService, Peer, WireClock, WireLog } from './service.ts';

/** The dependencies of an MQTT wire. */
export interface MqttWireOptions {
  readonly service: MqttService;
  readonly clock: WireClock;
  readonly log: WireLog;
}

/** Serves MQTT 3.1.1 on streams that are already connected. */
export interface MqttWire extends AsyncDisposable {
  /** Takes over a connected stream. Over WebSocket each of its writes must be one frame. */
  accept(stream: Duplex, peer: Peer): void;
  /** The number of open streams, with CONNECT or without. */
  readonly connectionCount: number;
}

/** Creates the wire. Its disposal ends every connection. */
export async function createMqttWire({ service, clock, log }: MqttWireOptions): Promise<MqttWire> {
  const broker = await createBroker(log);
  const shared: SharedParts = {
    service,
    clock,
    log,
    connections: new Set(),
    acknowledgements: new Acknowledgements(),
    limitsAfterConnect: limitsAfterConnect(service.maximumMessageBytes),
    broker,
  };
  return {
    accept: (stream, peer) => {
      new Connection(shared, stream, peer);
    },
    get connectionCount() {
      return shared.connections.size;
    },
    [Symbol.asyncDispose]: async () => {
      for (const connection of [...shared.connections]) connection[Symbol.dispose]();
      await broker.close();
    },
  };
}
