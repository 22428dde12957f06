import type { Duplex } from 'node:stream';
import type { WireClock, WireTimer } from './service.ts';

// The time in which a client may close after the last bytes, which a reset would destroy.
const LINGER_MILLISECONDS = 5_000;
const MAXIMUM_UNREAD_BYTES = 8 * 1024 * 1024;

/** The stream to a client: writes in order, and pauses reading while the client does not read. */
export class ClientSocket {
  readonly #stream: Duplex;
  readonly #onOverflow: () => void;
  #isFull = false;
  #isPaused = false;
  #isEnding = false;
  #shouldWait = false;
  #lingerTimer: WireTimer | undefined;

  /** `onOverflow` runs if more than 8 MiB wait for a client that does not read. */
  constructor(stream: Duplex, onOverflow: () => void) {
    this.#stream = stream;
    this.#onOverflow = onOverflow;
    stream.once('close', () => this.#lingerTimer?.cancel());
  }

  /** Writes whole packets. */
  write(packets: Buffer): void {
    if (this.#stream.write(packets)) return;
    if (this.#stream.writableLength > MAXIMUM_UNREAD_BYTES) this.#onOverflow();
    if (this.#isFull) return;
    this.#isFull = true;
    this.#stream.once('drain', () => {
      this.#isFull = false;
      this.#regulate();
    });
    this.#regulate();
  }

  /** Reading waits while it is asked to, and while the client does not read, because its PUBACKs would pile up. */
  pauseWhile(shouldWait: boolean): void {
    if (shouldWait === this.#shouldWait) return;
    this.#shouldWait = shouldWait;
    this.#regulate();
  }

  /** Ends the stream after what was written. Bytes that still come are read and dropped. */
  hangUp(clock: WireClock): void {
    if (this.#stream.destroyed) return;
    this.#isEnding = true;
    this.#stream.end();
    this.#regulate();
    this.#lingerTimer = clock.schedule(LINGER_MILLISECONDS, () => this.#stream.destroy());
  }

  destroy(): void {
    this.#lingerTimer?.cancel();
    this.#stream.destroy();
  }

  #regulate(): void {
    const shouldPause = !this.#isEnding && (this.#isFull || this.#shouldWait);
    if (shouldPause === this.#isPaused) return;
    this.#isPaused = shouldPause;
    if (shouldPause) this.#stream.pause();
    else this.#stream.resume();
  }
}
