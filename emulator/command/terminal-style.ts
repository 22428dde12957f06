import type { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** Puts a text into a style where the output is a terminal that has colours, and leaves it as it is elsewhere. */
export type TextStyler = (style: Parameters<typeof styleText>[0], text: string) => string;

export function createTextStyler(output: Writable): TextStyler {
  // Asked of the terminal, for it knows NO_COLOR and FORCE_COLOR too.
  return output instanceof WriteStream && output.hasColors() ? styleText : (_style, text) => text;
}
