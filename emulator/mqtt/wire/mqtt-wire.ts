import type { Duplex } from 'node:stream';
import { Acknowledgements } from './acknowledgements.ts';
import { Broker } from './broker/broker.ts';
import { Connection, type SharedParts } from './connection.ts';
import { limitsAfterConnect } from './packets/packet-types.ts';
import type { MqttService, Peer, WireClock, WireLog } from './service.ts';

/** The dependencies of an MQTT wire. */
export interface MqttWireOptions {
  readonly service: MqttService;
  readonly clock: WireClock;
  readonly log: WireLog;
}

/** Serves MQTT 3.1.1 on streams that are already connected. Its disposal ends every connection. */
export class MqttWire implements AsyncDisposable {
  readonly #shared: SharedParts;

  private constructor(shared: SharedParts) {
    this.#shared = shared;
  }

  static async create({ service, clock, log }: MqttWireOptions): Promise<MqttWire> {
    return new MqttWire({
      service,
      clock,
      log,
      connections: new Set(),
      acknowledgements: new Acknowledgements(),
      limitsAfterConnect: limitsAfterConnect(service.maximumMessageBytes),
      broker: await Broker.create(log),
    });
  }

  /**
   * Takes over a connected stream. Over WebSocket each of its writes must be one frame, and a text message must end the
   * stream with an error of the code `WS_MESSAGE_NOT_BINARY`.
   */
  accept(stream: Duplex, peer: Peer): void {
    new Connection(this.#shared, stream, peer);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const connection of [...this.#shared.connections]) connection[Symbol.dispose]();
    await this.#shared.broker.close();
  }
}
