import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { generate, type IConnectPacket, type Packet, parser } from 'mqtt-packet';

export type RawConnectOptions = Partial<Omit<IConnectPacket, 'cmd' | 'clientId' | 'password'>> & {
  readonly password?: string;
};

type PacketOf<Command extends Packet['cmd']> = Extract<Packet, { cmd: Command }>;

const DEADLINE_MILLISECONDS = 5000;

/** An MQTT client that sends the exact packets and bytes of a test. */
export interface RawClient {
  sessionPresent: boolean;
  /** All received packets, in order. */
  readonly received: Packet[];
  /** Resolves when the server has closed the connection. */
  readonly closed: Promise<void>;
  isClosed(): boolean;
  connect(clientId: string, options?: RawConnectOptions): void;
  /** Sends packets in one segment. */
  send(...packets: Packet[]): void;
  sendBytes(bytes: Uint8Array): void;
  /** Resolves with the next packet. Rejects if it is another type. */
  next<Command extends Packet['cmd']>(command: Command): Promise<PacketOf<Command>>;
  subscribe(...filters: readonly (readonly [string, 0 | 1 | 2])[]): Promise<readonly number[]>;
  publish(topic: string, body: string | Buffer, options?: PublishOptions): void;
  /** Resolves when the answer to a ping arrives, so that all earlier packets are processed. */
  settle(): Promise<void>;
  pause(): void;
  resume(): void;
  /** Closes the connection without DISCONNECT. */
  destroy(): void;
}

export interface PublishOptions {
  readonly qos?: 0 | 1 | 2;
  readonly messageId?: number;
  readonly retain?: boolean;
  readonly dup?: boolean;
}

export async function connectRaw(port: number): Promise<RawClient> {
  const socket: Socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return rawClientOn(socket);
}

export function rawClientOn(stream: Duplex): RawClient {
  const reader = parser();
  const received: Packet[] = [];
  const waiting: (() => void)[] = [];
  let taken = 0;
  let isClosed = false;
  let lastPacketId = 0;
  const wake = () => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  reader.on('packet', (packet) => {
    received.push({ ...packet });
    wake();
  });
  stream.on('data', (chunk: Buffer) => reader.parse(chunk));
  stream.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => {
    stream.on('close', () => {
      isClosed = true;
      resolve();
      wake();
    });
  });
  const untilReceived = async (what: string, isReceived: () => boolean): Promise<void> => {
    let isLate = false;
    const deadline = setTimeout(() => {
      isLate = true;
      wake();
    }, DEADLINE_MILLISECONDS);
    try {
      while (!isReceived()) {
        if (isClosed) throw new Error(`The connection ended before a ${what} arrived.`);
        if (isLate) throw new Error(`Timed out waiting for a ${what}.`);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    } finally {
      clearTimeout(deadline);
    }
  };
  const client: RawClient = {
    sessionPresent: false,
    received,
    closed: withDeadline(closed, 'the end of the connection'),
    isClosed: () => isClosed,
    connect: (clientId, { password, ...options } = {}) =>
      client.send({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: true,
        keepalive: 60,
        clientId,
        ...(password === undefined ? {} : { password: Buffer.from(password) }),
        ...options,
      }),
    send: (...packets) => client.sendBytes(Buffer.concat(packets.map((packet) => generate(packet)))),
    sendBytes: (bytes) => {
      stream.write(bytes);
    },
    next: async <Command extends Packet['cmd']>(command: Command) => {
      await untilReceived(command, () => received.length > taken);
      const packet = received[taken++] as Packet;
      if (packet.cmd !== command) throw new Error(`Expected a ${command}, received a ${packet.cmd}.`);
      return packet as PacketOf<Command>;
    },
    subscribe: async (...filters) => {
      const messageId = ++lastPacketId;
      client.send({
        cmd: 'subscribe',
        messageId,
        subscriptions: filters.map(([topic, qos]) => ({ topic, qos })),
      });
      return (await client.next('suback')).granted as number[];
    },
    publish: (topic, payload, { qos = 1, messageId, retain = false, dup = false } = {}) => {
      const id = qos === 0 ? {} : { messageId: messageId ?? ++lastPacketId };
      client.send({ cmd: 'publish', topic, payload, qos, retain, dup, ...id });
    },
    settle: async () => {
      client.send({ cmd: 'pingreq' });
      await untilReceived('pingresp', () => received.slice(taken).some(({ cmd }) => cmd === 'pingresp'));
      received.splice(
        received.findIndex(({ cmd }, index) => index >= taken && cmd === 'pingresp'),
        1,
      );
    },
    pause: () => {
      stream.pause();
    },
    resume: () => {
      stream.resume();
    },
    destroy: () => {
      stream.destroy();
    },
  };
  // A test that does not wait for the end must not fail.
  client.closed.catch(() => undefined);
  return client;
}

function withDeadline(promise: Promise<void>, what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`Timed out waiting for ${what}.`)), 15_000);
    timer.unref();
    promise.then(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}
