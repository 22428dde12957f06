import {
  acceptSymbol,
  acceptWord,
  type Cursor,
  expectSymbol,
  nested,
  peek,
  refuse,
  refuseToken,
} from './cursor.ts';
import { isAggregateFunction, isFunctionName, PARAMETER_COUNTS } from './function-names.ts';
import { parsePath } from './parse-path.ts';
import type { Arithmetic, ArithmeticOperator, Expression, Primitive } from './syntax.ts';

type Parse = (cursor: Cursor) => Expression;

const UNDEFINED_CONSTANT: Expression = { kind: 'constant', value: undefined };

const WORD_CONSTANTS: ReadonlyMap<string, Primitive | undefined> = new Map([
  ['TRUE', true],
  ['FALSE', false],
  ['NULL', null],
  ['UNDEFINED', undefined],
]);

/** Parses the expression of a WHERE clause. An error is stored in `cursor.failure`. */
export function parseExpression(cursor: Cursor): Expression {
  return parseLogical(cursor, 'or', parseAnd);
}

function parseAnd(cursor: Cursor): Expression {
  return parseLogical(cursor, 'and', parseNot);
}

function parseLogical(cursor: Cursor, kind: 'and' | 'or', parseOperand: Parse): Expression {
  const first = parseOperand(cursor);
  const operands = [first];
  while (acceptWord(cursor, kind.toUpperCase())) operands.push(parseOperand(cursor));
  return operands.length === 1 ? first : { kind, operands };
}

function parseNot(cursor: Cursor): Expression {
  if (!acceptWord(cursor, 'NOT')) return parseComparison(cursor);
  return { kind: 'not', operand: nested(cursor, parseNot, UNDEFINED_CONSTANT) };
}

function parseComparison(cursor: Cursor): Expression {
  const left = parseSum(cursor);
  const operator = acceptSymbol(cursor, '=', '!=', '<>', '<=', '>=', '<', '>');
  if (operator !== undefined) {
    const right = parseSum(cursor);
    return { kind: 'comparison', operator: operator === '<>' ? '!=' : operator, left, right };
  }
  const isNegated = acceptWord(cursor, 'NIN');
  if (!isNegated && !acceptWord(cursor, 'IN')) return left;
  return { kind: 'membership', isNegated, operand: left, values: parseConstants(cursor) };
}

function parseConstants(cursor: Cursor): readonly (Primitive | undefined)[] {
  const values: (Primitive | undefined)[] = [];
  expectSymbol(cursor, '[');
  do {
    const constant = acceptConstant(cursor);
    if (constant === undefined) refuseToken(cursor, 'a constant');
    else values.push(constant.value);
  } while (acceptSymbol(cursor, ','));
  expectSymbol(cursor, ']');
  return values;
}

function parseSum(cursor: Cursor): Expression {
  return parseArithmetic(cursor, 'sum', ['+', '-'], parseProduct);
}

function parseProduct(cursor: Cursor): Expression {
  return parseArithmetic(cursor, 'product', ['*', '/', '%'], parseUnary);
}

function parseArithmetic(
  cursor: Cursor,
  kind: Arithmetic['kind'],
  operators: readonly ArithmeticOperator[],
  parseOperand: Parse,
): Expression {
  const first = parseOperand(cursor);
  const rest: { operator: ArithmeticOperator; operand: Expression }[] = [];
  for (;;) {
    const operator = acceptSymbol(cursor, ...operators);
    if (operator === undefined) return rest.length === 0 ? first : { kind, first, rest };
    rest.push({ operator, operand: parseOperand(cursor) });
  }
}

function parseUnary(cursor: Cursor): Expression {
  const constant = acceptConstant(cursor);
  if (constant !== undefined) return { kind: 'constant', value: constant.value };
  if (!acceptSymbol(cursor, '-')) return parsePrimary(cursor);
  return { kind: 'negate', operand: nested(cursor, parseUnary, UNDEFINED_CONSTANT) };
}

function parsePrimary(cursor: Cursor): Expression {
  if (acceptSymbol(cursor, '(')) {
    const expression = nested(cursor, parseExpression, UNDEFINED_CONSTANT);
    expectSymbol(cursor, ')');
    return expression;
  }
  const next = peek(cursor, 1);
  if (peek(cursor).kind === 'word' && next.kind === 'symbol' && next.text === '(') return parseCall(cursor);
  return parsePath(cursor, 'a property, constant or function');
}

function parseCall(cursor: Cursor): Expression {
  const token = peek(cursor);
  const name = token.kind === 'word' ? token.text.toUpperCase() : '';
  if (!isFunctionName(name)) {
    refuseFunction(cursor, name);
    return UNDEFINED_CONSTANT;
  }
  cursor.index += 2;
  const parameters = parseParameters(cursor);
  const count = PARAMETER_COUNTS[name];
  if (parameters.length !== count) {
    refuse(cursor, token, `${name} takes ${count} ${count === 1 ? 'argument' : 'arguments'}`);
  }
  return { kind: 'call', name, parameters };
}

function parseParameters(cursor: Cursor): readonly Expression[] {
  if (acceptSymbol(cursor, ')')) return [];
  const parameters: Expression[] = [];
  do parameters.push(nested(cursor, parseExpression, UNDEFINED_CONSTANT));
  while (acceptSymbol(cursor, ','));
  expectSymbol(cursor, ')');
  return parameters;
}

/** Stores an error for the function at the cursor: it is in the wrong clause, or it is not supported. */
export function refuseFunction(cursor: Cursor, name: string): void {
  const token = peek(cursor);
  if (isAggregateFunction(name)) refuse(cursor, token, `${name} can stand only in the SELECT list`);
  else if (isFunctionName(name)) refuse(cursor, token, `${name} can stand only in the WHERE clause`);
  else {
    const known = Object.keys(PARAMETER_COUNTS).join(', ');
    refuse(
      cursor,
      token,
      `Function ${name.slice(0, 40)} is not supported by twin queries, only ${known} are`,
    );
  }
}

function acceptConstant(cursor: Cursor): { readonly value: Primitive | undefined } | undefined {
  const token = peek(cursor);
  if (token.kind === 'string' || token.kind === 'number') {
    cursor.index++;
    return { value: token.value };
  }
  const next = peek(cursor, 1);
  if (token.kind === 'symbol' && token.text === '-' && next.kind === 'number') {
    cursor.index += 2;
    return { value: next.value === 0 ? 0 : -next.value };
  }
  const name = token.kind === 'word' ? token.text.toUpperCase() : '';
  if (!WORD_CONSTANTS.has(name)) return undefined;
  cursor.index++;
  return { value: WORD_CONSTANTS.get(name) };
}
