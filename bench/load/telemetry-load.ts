import { connect, type TLSSocket } from 'node:tls';
import { settingsOf } from '../processes.ts';
import { connectFrame, policyToken, publishRing } from './frames.ts';

export interface TelemetryLoad {
  readonly port: number;
  readonly connections: number;
  /** Unacknowledged messages per connection. */
  readonly window: number;
  readonly bodyBytes: number;
  readonly warmUpMilliseconds: number;
  readonly milliseconds: number;
  /** Absent for a broker that asks for no credentials. */
  readonly hub?: { readonly hostName: string; readonly key: string };
}

const load = settingsOf<TelemetryLoad>();
const PUBACK_BYTES = 4;
let acknowledged = 0;

const sockets = await Promise.all(Array.from({ length: load.connections }, (_, index) => open(`d${index}`)));
for (const [index, socket] of sockets.entries()) publish(socket, `d${index}`);
setTimeout(() => {
  const before = acknowledged;
  const start = performance.now();
  const cpuBefore = process.cpuUsage();
  setTimeout(() => {
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpuBefore);
    const messages = acknowledged - before;
    console.log(
      JSON.stringify({
        messagesPerSecond: messages / seconds,
        messages,
        loadCpuSeconds: (user + system) / 1e6,
      }),
    );
    process.exit(0);
  }, load.milliseconds);
}, load.warmUpMilliseconds);

function open(deviceId: string): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port: load.port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      socket.write(connectFrame(deviceId, load.hub && credentialsOf(deviceId, load.hub)));
    });
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('data', (connack) =>
      connack[3] === 0 ? resolve(socket) : reject(new Error(`CONNACK ${connack[3]}`)),
    );
  });
}

function publish(socket: TLSSocket, deviceId: string): void {
  const { bytes, frameBytes } = publishRing(
    `devices/${deviceId}/messages/events/`,
    load.bodyBytes,
    load.window,
  );
  let next = 0;
  let rest = 0;
  const send = (count: number) => {
    socket.write(bytes.subarray(next * frameBytes, (next + count) * frameBytes));
    next = (next + count) % load.window;
  };
  socket.on('data', (data) => {
    const received = rest + data.length;
    const count = Math.floor(received / PUBACK_BYTES);
    rest = received % PUBACK_BYTES;
    acknowledged += count;
    if (count > 0) send(count);
  });
  send(load.window);
}

function credentialsOf(deviceId: string, hub: { readonly hostName: string; readonly key: string }) {
  return {
    userName: `${hub.hostName}/${deviceId}/?api-version=2021-04-12`,
    password: policyToken(hub.hostName, 'device', hub.key),
  };
}
