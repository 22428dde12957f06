import type { PacketLimits } from './packet-types.ts';

/** The reasons for which bytes are not an acceptable packet. */
export type FrameFault = 'packet-malformed' | 'packet-unexpected' | 'packet-too-large';

/** The receiver of the packets that a splitter finds. */
export interface FrameReceiver {
  /** Takes one whole packet: `bytes` from `start` to `end`. Its fixed header ends at `body`. */
  takeFrame(bytes: Buffer, start: number, body: number, end: number): void;
  /** Takes the fault of the stream. No packet follows it. */
  takeFault(fault: FrameFault): void;
}

/**
 * Splits a stream of bytes into whole MQTT packets. A packet within one read is not copied. A packet that is too large or
 * unexpected is refused at its length, before it is buffered.
 */
export class FrameSplitter {
  readonly #receiver: FrameReceiver;
  #limits: PacketLimits;
  #state: 'flowing' | 'held' | 'stopped' = 'flowing';
  /** Bytes that arrived and were not passed on: a part of a fixed header, or all bytes since {@link hold}. */
  #rest: Buffer | undefined;
  /** A packet that spans several reads, and the number of bytes that have arrived. */
  #frame: Buffer | undefined;
  #filledBytes = 0;

  constructor(receiver: FrameReceiver, limits: PacketLimits) {
    this.#receiver = receiver;
    this.#limits = limits;
  }

  /** True if bytes wait for {@link release}. */
  get isBlocked(): boolean {
    return this.#state === 'held' && this.#rest !== undefined;
  }

  push(chunk: Buffer): void {
    if (this.#frame !== undefined) {
      this.#fill(this.#frame, chunk);
    } else if (this.#rest !== undefined) {
      const bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = undefined;
      this.#split(bytes, 0);
    } else {
      this.#split(chunk, 0);
    }
  }

  /** Passes on no packet until {@link release}. May be called while a packet is taken. */
  hold(): void {
    this.#state = 'held';
  }

  release(limits: PacketLimits): void {
    if (this.#state === 'stopped') return;
    this.#state = 'flowing';
    this.#limits = limits;
    const bytes = this.#rest;
    this.#rest = undefined;
    if (bytes !== undefined) this.#split(bytes, 0);
  }

  /** Passes on no packet and stores no byte from now on. */
  stop(): void {
    this.#state = 'stopped';
    this.#rest = undefined;
    this.#frame = undefined;
  }

  #split(bytes: Buffer, from: number): void {
    const size = bytes.length;
    let start = from;
    while (start < size && this.#state === 'flowing') {
      let at = start + 1;
      let length = 0;
      let shift = 0;
      let byte: number | undefined;
      do {
        byte = bytes[at++];
        if (byte === undefined) {
          this.#keep(bytes, start);
          return;
        }
        length |= (byte & 0x7f) << shift;
        shift += 7;
      } while (byte > 0x7f && shift < 28);
      const maximumBytes = this.#limits[(bytes[start] as number) >> 4] as number;
      if (byte > 0x7f || length > maximumBytes) {
        this.#receiver.takeFault(byte > 0x7f ? 'packet-malformed' : faultOf(maximumBytes));
        return;
      }
      const end = at + length;
      if (end > size) {
        this.#begin(bytes, start, end - start);
        return;
      }
      this.#receiver.takeFrame(bytes, start, at, end);
      start = end;
    }
    if (start < size) this.#keep(bytes, start);
  }

  // Copied, so that a few bytes do not keep a whole read in memory.
  #keep(bytes: Buffer, start: number): void {
    if (this.#state !== 'stopped') this.#rest = Buffer.from(bytes.subarray(start));
  }

  #begin(bytes: Buffer, start: number, frameBytes: number): void {
    this.#frame = Buffer.allocUnsafeSlow(frameBytes);
    this.#filledBytes = bytes.copy(this.#frame, 0, start);
  }

  #fill(frame: Buffer, chunk: Buffer): void {
    const copied = chunk.copy(frame, this.#filledBytes);
    this.#filledBytes += copied;
    if (this.#filledBytes < frame.length) return;
    this.#frame = undefined;
    this.#split(frame, 0);
    this.#split(chunk, copied);
  }
}

function faultOf(maximumBytes: number): FrameFault {
  return maximumBytes < 0 ? 'packet-unexpected' : 'packet-too-large';
}
