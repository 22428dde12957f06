import type { Writable } from 'node:stream';
import { WriteStream } from 'node:tty';
import { styleText } from 'node:util';

/** Applies a style to a text. */
export type TextStyler = (style: Parameters<typeof styleText>[0], text: string) => string;

/** Returns a styler for an output. It leaves texts unchanged if the output is not a terminal with colours. */
export function createTextStyler(output: Writable): TextStyler {
  // `hasColors` also respects NO_COLOR and FORCE_COLOR.
  return output instanceof WriteStream && output.hasColors() ? styleText : (_style, text) => text;
}
