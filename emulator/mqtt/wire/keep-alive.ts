import type { WireClock, WireTimer } from './service.ts';

// 29.45 minutes, whatever the client asks for (Azure iot-mqtt-connect-to-iot-hub).
const MAXIMUM_SILENCE_SECONDS = 1767;

/** How long a client with this keep-alive may be silent, in milliseconds; 0 asks for the most. */
export function silenceLimitOf(keepAliveSeconds: number): number {
  const seconds = keepAliveSeconds === 0 ? MAXIMUM_SILENCE_SECONDS : keepAliveSeconds * 1.5;
  return Math.min(seconds, MAXIMUM_SILENCE_SECONDS) * 1000;
}

/** Ends a connection that is silent for too long. Its timer looks at the clock now and then, so that a packet costs nothing but a note. */
export class KeepAlive {
  readonly #clock: WireClock;
  readonly #limitMilliseconds: number;
  readonly #onSilence: () => void;
  #heardAt: number;
  #timer: WireTimer;

  constructor(clock: WireClock, limitMilliseconds: number, onSilence: () => void) {
    this.#clock = clock;
    this.#limitMilliseconds = limitMilliseconds;
    this.#onSilence = onSilence;
    this.#heardAt = clock.now();
    this.#timer = this.#schedule(limitMilliseconds);
  }

  /** The client was heard. */
  touch(): void {
    this.#heardAt = this.#clock.now();
  }

  cancel(): void {
    this.#timer.cancel();
  }

  #schedule(delayMilliseconds: number): WireTimer {
    return this.#clock.schedule(delayMilliseconds, () => {
      const silence = this.#clock.now() - this.#heardAt;
      if (silence >= this.#limitMilliseconds) this.#onSilence();
      else this.#timer = this.#schedule(this.#limitMilliseconds - silence);
    });
  }
}
