import type { WireClock, WireTimer } from './service.ts';

// 29.45 minutes for every keep-alive (Azure documentation, iot-mqtt-connect-to-iot-hub).
const MAXIMUM_SILENCE_SECONDS = 1767;

/**
 * Returns the time that a client with this keep-alive may be silent, in milliseconds. A keep-alive of 0 is the maximum.
 */
export function silenceLimitOf(keepAliveSeconds: number): number {
  const seconds = keepAliveSeconds === 0 ? MAXIMUM_SILENCE_SECONDS : keepAliveSeconds * 1.5;
  return Math.min(seconds, MAXIMUM_SILENCE_SECONDS) * 1000;
}

/**
 * Calls back if a client is silent for too long. A packet sets a time and no timer: the timer compares the time when it
 * fires.
 */
export class KeepAlive {
  readonly #clock: WireClock;
  readonly #limitMilliseconds: number;
  readonly #onSilence: () => void;
  #lastPacketAt: number;
  #timer: WireTimer;

  constructor(clock: WireClock, limitMilliseconds: number, onSilence: () => void) {
    this.#clock = clock;
    this.#limitMilliseconds = limitMilliseconds;
    this.#onSilence = onSilence;
    this.#lastPacketAt = clock.now();
    this.#timer = this.#schedule(limitMilliseconds);
  }

  /** Records that the client has sent a packet. */
  touch(): void {
    this.#lastPacketAt = this.#clock.now();
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #schedule(delayMilliseconds: number): WireTimer {
    return this.#clock.schedule(delayMilliseconds, () => {
      const silence = this.#clock.now() - this.#lastPacketAt;
      if (silence >= this.#limitMilliseconds) this.#onSilence();
      else this.#timer = this.#schedule(this.#limitMilliseconds - silence);
    });
  }
}
