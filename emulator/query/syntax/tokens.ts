import { failed, ok, type Result } from '../../domain/result.ts';

/** A token of the query text. `offset` counts UTF-16 units from 0. */
export type Token = { readonly offset: number } & (
  | { readonly kind: 'word' | 'quotedName' | 'symbol'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'number'; readonly text: string; readonly value: number }
  | { readonly kind: 'end' }
);

/** Splits query text into tokens, or fails with `ArgumentInvalid`. The last token has the kind `end`. */
export function readTokens(text: string): Result<readonly Token[]> {
  return new Tokenizer(text).read();
}

/** Returns an error with the line and column of `offset`. Semicolons are replaced, because SDKs cut messages there. */
export function failedAt(text: string, offset: number, message: string): Result<never> {
  const lines = text.slice(0, offset).split('\n');
  const place = `Line ${lines.length}:${(lines.at(-1) ?? '').length + 1}`;
  return failed('ArgumentInvalid', `${place} ${message.replaceAll(';', 'U+003B')}`);
}

type ReadToken = Result<{ readonly token: Token; readonly length: number }>;

/** Reads the tokens of one text. The patterns are its own, because a sticky pattern has a position. */
class Tokenizer {
  readonly #text: string;
  readonly #blanks = /\s*/y;
  // A hyphen is part of a name (`tags.condition-0af3`), so a binary minus needs a space before it.
  readonly #word = /[\p{L}\p{Nl}_$][\p{L}\p{M}\p{N}_$-]*/uy;
  readonly #wordAfterPoint = /[\p{L}\p{N}_$][\p{L}\p{M}\p{N}_$-]*/uy;
  readonly #quotedName = /\[\[(.*?)\]\]/sy;
  readonly #number = /0[xX][\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  readonly #afterNumber = /[\p{L}\p{N}_$.]/uy;
  readonly #string = /'((?:[^'\\]|''|\\.)*)'|"((?:[^"\\]|\\.)*)"/sy;
  readonly #escape = /\\(?:u[\da-fA-F]{4}|['"\\])/y;
  readonly #symbol = /<=|>=|<>|!=|[=<>+\-*/%.,()[\]]/y;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Result<readonly Token[]> {
    const tokens: Token[] = [];
    for (let offset = this.#skipBlanks(0); offset < this.#text.length; ) {
      const token = this.#readToken(offset, isPoint(tokens.at(-1)));
      if (!token.ok) return token;
      tokens.push(token.value.token);
      offset = this.#skipBlanks(offset + token.value.length);
    }
    tokens.push({ kind: 'end', offset: this.#text.length });
    return ok(tokens);
  }

  #skipBlanks(offset: number): number {
    return offset + (match(this.#blanks, this.#text, offset)?.[0].length ?? 0);
  }

  #readToken(offset: number, isAfterPoint: boolean): ReadToken {
    if (isAfterPoint) {
      const member = this.#readMemberName(offset);
      if (member !== undefined) return member;
    }
    const word = match(this.#word, this.#text, offset);
    if (word) return ok({ token: { kind: 'word', text: word[0], offset }, length: word[0].length });
    const first = this.#text.charAt(offset);
    if (first === "'" || first === '"') return this.#readString(offset);
    const number = match(this.#number, this.#text, offset);
    if (number) return this.#readNumber(offset, number[0]);
    const symbol = match(this.#symbol, this.#text, offset);
    if (symbol) return ok({ token: { kind: 'symbol', text: symbol[0], offset }, length: symbol[0].length });
    return failedAt(
      this.#text,
      offset,
      `Unexpected character ${nameOfCharacter(this.#text.codePointAt(offset) ?? 0)}`,
    );
  }

  #readMemberName(offset: number): ReadToken | undefined {
    const word = match(this.#wordAfterPoint, this.#text, offset);
    if (word) return ok({ token: { kind: 'word', text: word[0], offset }, length: word[0].length });
    if (!this.#text.startsWith('[[', offset)) return undefined;
    const quoted = match(this.#quotedName, this.#text, offset);
    const name = quoted?.[1];
    if (!quoted || !name)
      return failedAt(this.#text, offset, 'A name in [[ ]] must have a character and an end');
    return ok({ token: { kind: 'quotedName', text: name, offset }, length: quoted[0].length });
  }

  #readString(offset: number): ReadToken {
    const quoted = match(this.#string, this.#text, offset);
    if (!quoted) return failedAt(this.#text, offset, 'The string has no end');
    const [whole, single, double] = quoted;
    const raw = single ?? double ?? '';
    let value = '';
    for (let index = 0; index < raw.length; index++) {
      const character = raw.charAt(index);
      if (character === '\\') {
        const escaped = match(this.#escape, raw, index)?.[0];
        if (escaped === undefined)
          return failedAt(this.#text, offset + 1 + index, 'Unknown escape in a string');
        value += escaped.length > 2 ? String.fromCharCode(Number.parseInt(escaped.slice(2), 16)) : escaped[1];
        index += escaped.length - 1;
      } else {
        value += character;
        // The pattern allows a single quote here only if it is doubled.
        if (character === "'" && single !== undefined) index++;
      }
    }
    return ok({ token: { kind: 'string', value, offset }, length: whole.length });
  }

  #readNumber(offset: number, spelling: string): ReadToken {
    const value = Number(spelling);
    if (match(this.#afterNumber, this.#text, offset + spelling.length)) {
      return failedAt(this.#text, offset, 'The number is malformed');
    }
    if (!Number.isFinite(value)) return failedAt(this.#text, offset, 'The number is too large');
    return ok({ token: { kind: 'number', text: spelling, value, offset }, length: spelling.length });
  }
}

function isPoint(token: Token | undefined): boolean {
  return token?.kind === 'symbol' && token.text === '.';
}

function match(pattern: RegExp, text: string, offset: number): RegExpExecArray | null {
  pattern.lastIndex = offset;
  return pattern.exec(text);
}

function nameOfCharacter(codePoint: number): string {
  return codePoint > 0x20 && codePoint < 0x7f && codePoint !== 0x3b
    ? `'${String.fromCodePoint(codePoint)}'`
    : `U+${codePoint.toString(16).toUpperCase().padStart(4, '0')}`;
}
