import type { TLSSocket } from 'node:tls';
import { HUB_ERRORS } from '../../../emulator/domain/errors.ts';
import type { Emulator } from '../../../emulator/emulator.ts';
import { openTls } from '../tls-client.ts';
import { hostileFrames, upgradeRequest } from './hostile-frames.ts';
import type { HostilePackets } from './hostile-packets.ts';
import type { HostileRequest } from './hostile-requests.ts';
import type { Random } from './random.ts';

/** The number of answers of each kind. A forbidden answer is thrown. */
export type Tally = Map<string, number>;

interface Attack {
  readonly emulator: Emulator;
  readonly random: Random;
  /** The number of requests, packets or frames to send. */
  readonly count: number;
  readonly tally: Tally;
}

const DEADLINE_MILLISECONDS = 10_000;
// A method call may wait for its device. Then the caller closes the connection.
const METHOD_TIMEOUT_MILLISECONDS = 100;
const SILENCE_MILLISECONDS = 20;

/** Sends requests over kept-alive connections until one side closes them. */
export async function attackHttps(
  { emulator, random, count, tally }: Attack,
  next: (random: Random) => HostileRequest,
): Promise<void> {
  let socket = await openTls(emulator, emulator.httpsPort);
  for (let sent = 0; sent < count; sent++) {
    if (!socket.writable) socket = await openTls(emulator, emulator.httpsPort);
    const request = next(random);
    const answer = await ask(socket, request);
    checkAnswer(answer, request);
    countOutcome(tally, `HTTP ${answer.slice(9, 12) || 'without answer'}`);
    if (/^connection: close/im.test(answer)) socket.destroy();
  }
  socket.destroy();
}

/** Opens connections of MQTT clients. Each sends a few packets and then half-closes. */
export async function attackMqtt(
  { emulator, random, count, tally }: Attack,
  next: HostilePackets,
): Promise<void> {
  for (let sent = 0; sent < count; ) {
    const packets = next(random);
    sent += Math.max(packets.length, 1);
    const socket = await openTls(emulator, emulator.mqttPort);
    const bytes = await converse(socket, inSegments(random, packets));
    countOutcome(tally, bytes === '' ? 'MQTT without answer' : `MQTT CONNACK ${bytes.charCodeAt(3)}`);
  }
}

/** Does the same over WebSockets, with hostile frames. */
export async function attackWebSocket(
  { emulator, random, count, tally }: Attack,
  next: HostilePackets,
  hostName: string,
): Promise<void> {
  for (let sent = 0; sent < count; ) {
    const frames = hostileFrames(random, next(random));
    sent += frames.length + 1;
    const socket = await openTls(emulator, emulator.httpsPort);
    const answer = await ask(socket, upgradeRequest(random, hostName));
    countOutcome(tally, `WebSocket ${answer.slice(9, 12) || 'without answer'}`);
    if (answer.startsWith('HTTP/1.1 101') && socket.writable)
      await converse(socket, inSegments(random, frames));
    socket.destroy();
  }
}

/** Sends a request and reads the answer. The client half-closes after a broken request, which may have no end. */
function ask(socket: TLSSocket, { bytes, isBroken }: HostileRequest): Promise<string> {
  if (!isBroken) return exchange(socket, bytes);
  socket.end(bytes);
  return readToTheEnd(socket, bytes.toString('latin1'));
}

/** Sends one request and returns its answer. The answer is empty if the connection ended instead. */
function exchange(socket: TLSSocket, bytes: Buffer): Promise<string> {
  const isHead = bytes.subarray(0, 5).toString('latin1') === 'HEAD ';
  const mayWait = /^[^\r]*(methods|commands)/i.test(bytes.toString('latin1'));
  return new Promise((resolve, reject) => {
    let received = '';
    const finish = (): void => {
      clearTimeout(timer);
      socket.off('data', take).off('close', finish);
      resolve(received);
    };
    const timer = setTimeout(
      () => {
        socket.destroy();
        if (!mayWait) reject(new Error(`Timed out waiting for the answer to ${bytes.toString('latin1')}`));
      },
      mayWait ? METHOD_TIMEOUT_MILLISECONDS : DEADLINE_MILLISECONDS,
    );
    const take = (chunk: Buffer): void => {
      received = (received + chunk.toString('latin1')).replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '');
      if (isWhole(received, isHead)) finish();
    };
    socket.on('data', take).on('close', finish).write(bytes);
  });
}

function isWhole(text: string, isHead: boolean): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = Number(/^content-length: (\d+)/im.exec(text.slice(0, end))?.[1] ?? 0);
  return isHead || text.length >= end + 4 + length;
}

/** Sends all segments, waits until the hub is silent, half-closes, and reads until the hub closes too. */
function converse(socket: TLSSocket, segments: readonly Buffer[]): Promise<string> {
  for (const segment of segments) socket.write(segment);
  const silence = setTimeout(() => socket.end(), SILENCE_MILLISECONDS);
  socket.on('data', () => silence.refresh()).once('close', () => clearTimeout(silence));
  return readToTheEnd(socket, Buffer.concat(segments).toString('hex'));
}

function readToTheEnd(socket: TLSSocket, after: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`Timed out waiting for the hub to close the connection after ${after}`));
    }, DEADLINE_MILLISECONDS);
    socket.on('data', (chunk: Buffer) => {
      received += chunk.toString('latin1');
    });
    socket.once('close', () => {
      clearTimeout(timer);
      resolve(received);
    });
  });
}

function inSegments(random: Random, parts: readonly Buffer[]): readonly Buffer[] {
  if (random.oneIn(2)) return [Buffer.concat(parts)];
  return parts.flatMap((part) => {
    const at = random.below(part.length + 1);
    return [part.subarray(0, at), part.subarray(at)].filter(({ length }) => length > 0);
  });
}

/** Throws if an answer is a failure of the emulator, or is an error that does not name an error of the hub. */
function checkAnswer(answer: string, { bytes, isBroken }: HostileRequest): void {
  const status = Number(answer.slice(9, 12));
  const fail = (what: string): never => {
    throw new Error(`${what}: ${bytes.toString('latin1').slice(0, 2000)}\n=> ${answer.slice(0, 1000)}`);
  };
  if (/^HTTP\/1\.1 500/m.test(answer)) fail('The answer has status 500');
  if (isBroken || answer === '') return;
  const name = /^iothub-errorcode: (\w+)/im.exec(answer)?.[1] ?? '';
  if (status >= 400 && !Object.hasOwn(HUB_ERRORS, name))
    fail(`The answer has the error code '${name}', expected an error of the hub`);
  if (status < 200 || (status >= 300 && status < 400))
    fail(`The answer has status ${status}, expected 2xx, 4xx or 5xx`);
}

function countOutcome(tally: Tally, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}
