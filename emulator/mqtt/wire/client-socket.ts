import type { Duplex } from 'node:stream';
import type { Clock, Timer } from '../../hub/ports.ts';

// How long a client may take to hang up after the last bytes, which a reset would destroy.
const LINGER_MILLISECONDS = 5_000;

/** The stream to a client: what is written in order, and when reading has to wait. */
export class ClientSocket {
  readonly #stream: Duplex;
  #isFull = false;
  #isPaused = false;
  #isEnding = false;
  #shouldWait = false;
  #afterDrain: (() => void) | undefined;
  #lingerTimer: Timer | undefined;

  constructor(stream: Duplex) {
    this.#stream = stream;
    stream.once('close', () => this.#lingerTimer?.cancel());
  }

  write(packets: Buffer): void {
    if (this.#stream.write(packets) || this.#isFull) return;
    this.#isFull = true;
    this.#stream.once('drain', () => {
      this.#isFull = false;
      const run = this.#afterDrain;
      this.#afterDrain = undefined;
      run?.();
      this.#regulate();
    });
    this.#regulate();
  }

  /** Runs at once, or when the client has read what is waiting for it; one at a time. */
  whenDrained(run: () => void): void {
    if (this.#isFull) this.#afterDrain = run;
    else run();
  }

  /** Reading waits while it is asked to, and while the client itself does not read, or its PUBACKs would pile up. */
  pauseWhile(shouldWait: boolean): void {
    this.#shouldWait = shouldWait;
    this.#regulate();
  }

  /** Ends the stream after what was written; what still comes is read and thrown away. */
  hangUp(clock: Clock): void {
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
