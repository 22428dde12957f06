import type { Duplex } from 'node:stream';
import type { WireClock, WireTimer } from './service.ts';

/** The receiver of the reports of a socket. */
export interface SocketListener {
  /** Reports that more than 8 MiB wait for a client that does not read. */
  overflow(): void;
  /** Reports that a change cannot be kept, and that its acknowledgement is not sent. */
  fail(error: unknown): void;
}

interface HeldPackets {
  readonly packets: Buffer;
  readonly kept: Promise<void> | undefined;
}

// The time that a client has to close after the last bytes. A reset would destroy them.
const LINGER_MILLISECONDS = 5_000;
const MAXIMUM_UNREAD_BYTES = 8 * 1024 * 1024;
const MAXIMUM_HELD_BYTES = 64 * 1024;

/** The stream to a client. It writes in order, and pauses reading while answers cannot be written. */
export class ClientSocket {
  readonly #stream: Duplex;
  readonly #listener: SocketListener;
  /** The packets that wait until a change is kept, if there are any. */
  #held: HeldPackets[] | undefined;
  #heldBytes = 0;
  #whenReleased: (() => void) | undefined;
  #isFull = false;
  #isPaused = false;
  #isEnding = false;
  #shouldWait = false;
  #lingerTimer: WireTimer | undefined;

  constructor(stream: Duplex, listener: SocketListener) {
    this.#stream = stream;
    this.#listener = listener;
    stream.once('close', () => this.#lingerTimer?.cancel());
  }

  /** Writes whole packets, at once or when `kept` resolves. Later packets wait, so that the order remains. */
  write(packets: Buffer, kept?: Promise<void>): void {
    if (kept !== undefined || this.#held !== undefined) this.#hold({ packets, kept });
    else if (!this.#stream.write(packets)) this.#fill();
  }

  /** Pauses reading. It is also paused while the client does not read, because its PUBACKs would accumulate. */
  pauseWhile(shouldWait: boolean): void {
    if (shouldWait === this.#shouldWait) return;
    this.#shouldWait = shouldWait;
    this.#regulate();
  }

  /** Ends the stream after all written packets. Bytes that still arrive are read and ignored. */
  hangUp(clock: WireClock): void {
    if (this.#stream.destroyed) return;
    if (this.#held !== undefined) {
      this.#whenReleased = () => this.hangUp(clock);
      return;
    }
    this.#isEnding = true;
    this.#stream.end();
    this.#regulate();
    this.#lingerTimer = clock.schedule(LINGER_MILLISECONDS, () => this.#stream.destroy());
  }

  destroy(): void {
    this.#lingerTimer?.cancel();
    this.#stream.destroy();
  }

  #hold(entry: HeldPackets): void {
    this.#heldBytes += entry.packets.length;
    if (this.#held === undefined) {
      this.#held = [entry];
      this.#release(this.#held).catch((error) => this.#listener.fail(error));
    } else {
      this.#held.push(entry);
    }
    if (this.#heldBytes > MAXIMUM_UNREAD_BYTES) this.#listener.overflow();
    this.#regulate();
  }

  async #release(held: HeldPackets[]): Promise<void> {
    for (let next = held[0]; next !== undefined; next = held[0]) {
      await next.kept;
      if (this.#stream.destroyed) return;
      held.shift();
      this.#heldBytes -= next.packets.length;
      if (!this.#stream.write(next.packets)) this.#fill();
    }
    this.#held = undefined;
    this.#regulate();
    this.#whenReleased?.();
  }

  #fill(): void {
    if (this.#stream.writableLength > MAXIMUM_UNREAD_BYTES) this.#listener.overflow();
    if (this.#isFull) return;
    this.#isFull = true;
    this.#stream.once('drain', () => {
      this.#isFull = false;
      this.#regulate();
    });
    this.#regulate();
  }

  #regulate(): void {
    const isBehind = this.#isFull || this.#heldBytes > MAXIMUM_HELD_BYTES;
    const shouldPause = !this.#isEnding && (isBehind || this.#shouldWait);
    if (shouldPause === this.#isPaused) return;
    this.#isPaused = shouldPause;
    if (shouldPause) this.#stream.pause();
    else this.#stream.resume();
  }
}
