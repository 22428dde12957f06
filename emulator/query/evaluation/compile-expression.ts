import { NumberText } from '../../domain/json.ts';
import type {
  Arithmetic,
  ArithmeticOperator,
  Comparison,
  ComparisonOperator,
  Expression,
  Membership,
  Primitive,
} from '../syntax/syntax.ts';
import { compilePath, type QueryCollection, type Reader } from './collection.ts';
import { FUNCTIONS } from './functions.ts';
import { compare, numberOf, ORDERS, primitiveOf, type Value } from './values.ts';

/** Returns true if the row is selected. */
export type Predicate<Row> = (row: Row) => boolean;

/** The meaning of names and comparisons in one compilation. */
export interface Scope<Row> {
  readonly collection: QueryCollection<Row>;
  /** The result of `!=` for primitives of different types. */
  readonly mixedTypeNotEqual: true | undefined;
}

/** Compiles an expression to a predicate. A row is selected only if the value is exactly `true`. */
export function compilePredicate<Row>(expression: Expression, scope: Scope<Row>): Predicate<Row> {
  // AND and OR are true or not depending only on whether each operand is true.
  if (expression.kind === 'and') return compileEvery(expression.operands, scope);
  if (expression.kind === 'or') return compileSome(expression.operands, scope);
  if (expression.kind === 'comparison') return compileComparisonPredicate(expression, scope);
  const value = compileValue(expression, scope);
  return (row) => value(row) === true;
}

/** Compiles an expression to its value. Logical values have three states: true, false and undefined. */
export function compileValue<Row>(expression: Expression, scope: Scope<Row>): Reader<Row> {
  switch (expression.kind) {
    case 'path':
      return compilePath(expression, scope.collection);
    case 'constant':
      return () => expression.value;
    case 'call':
      return compileCall(expression, scope);
    case 'negate':
      return compileNegation(expression.operand, scope);
    case 'sum':
    case 'product':
      return compileArithmetic(expression, scope);
    case 'comparison':
      return compileComparison(expression, scope);
    case 'membership':
      return compileMembership(expression, scope);
    case 'not':
      return compileNot(expression.operand, scope);
    case 'and':
      return compileLogical(expression.operands, false, scope);
    case 'or':
      return compileLogical(expression.operands, true, scope);
  }
}

function compileEvery<Row>(operands: readonly Expression[], scope: Scope<Row>): Predicate<Row> {
  const [first, second, ...rest] = operands.map((operand) => compilePredicate(operand, scope));
  if (first === undefined || second === undefined) return first ?? (() => true);
  if (rest.length === 0) return (row) => first(row) && second(row);
  return (row) => first(row) && second(row) && rest.every((predicate) => predicate(row));
}

function compileSome<Row>(operands: readonly Expression[], scope: Scope<Row>): Predicate<Row> {
  const [first, second, ...rest] = operands.map((operand) => compilePredicate(operand, scope));
  if (first === undefined || second === undefined) return first ?? (() => false);
  if (rest.length === 0) return (row) => first(row) || second(row);
  return (row) => first(row) || second(row) || rest.some((predicate) => predicate(row));
}

function compileComparisonPredicate<Row>(comparison: Comparison, scope: Scope<Row>): Predicate<Row> {
  const { operator, left, right } = comparison;
  if (right.kind === 'constant' && !(operator === '!=' && scope.mixedTypeNotEqual)) {
    return compareWithConstant(compileValue(left, scope), operator, right.value);
  }
  const value = compileComparison(comparison, scope);
  return (row) => value(row) === true;
}

// Nearly every query has this form, so it has a fast path.
function compareWithConstant<Row>(
  read: Reader<Row>,
  operator: ComparisonOperator,
  constant: Primitive | undefined,
): Predicate<Row> {
  if (typeof constant === 'string') return compareWithText(read, operator, constant);
  if (typeof constant === 'number') return compareWithNumber(read, operator, constant);
  return (row) => compare(operator, read(row), constant, undefined) === true;
}

function compareWithText<Row>(read: Reader<Row>, operator: ComparisonOperator, text: string): Predicate<Row> {
  if (operator === '=') return (row) => read(row) === text;
  const order = ORDERS[operator];
  return (row) => {
    const value = read(row);
    return typeof value === 'string' && order(value, text);
  };
}

function compareWithNumber<Row>(
  read: Reader<Row>,
  operator: ComparisonOperator,
  number: number,
): Predicate<Row> {
  const order = ORDERS[operator];
  return (row) => {
    const value = read(row);
    return typeof value === 'number'
      ? order(value, number)
      : value instanceof NumberText && order(value.value, number);
  };
}

function compileComparison<Row>(comparison: Comparison, scope: Scope<Row>): Reader<Row> {
  const { operator } = comparison;
  const left = compileValue(comparison.left, scope);
  const right = compileValue(comparison.right, scope);
  return (row) => compare(operator, left(row), right(row), scope.mixedTypeNotEqual);
}

function compileMembership<Row>(membership: Membership, scope: Scope<Row>): Reader<Row> {
  const operand = compileValue(membership.operand, scope);
  const values = new Set(membership.values);
  return (row) => {
    const value = primitiveOf(operand(row));
    return value === undefined ? undefined : values.has(value) !== membership.isNegated;
  };
}

function compileLogical<Row>(
  operands: readonly Expression[],
  dominant: boolean,
  scope: Scope<Row>,
): Reader<Row> {
  const readers = operands.map((operand) => compileValue(operand, scope));
  return (row) => {
    let outcome: boolean | undefined = !dominant;
    for (const read of readers) {
      const value = read(row);
      if (value === dominant) return dominant;
      if (typeof value !== 'boolean') outcome = undefined;
    }
    return outcome;
  };
}

function compileNot<Row>(operand: Expression, scope: Scope<Row>): Reader<Row> {
  const read = compileValue(operand, scope);
  return (row) => {
    const value = read(row);
    return typeof value === 'boolean' ? !value : undefined;
  };
}

function compileCall<Row>(call: Extract<Expression, { kind: 'call' }>, scope: Scope<Row>): Reader<Row> {
  const apply = FUNCTIONS[call.name];
  const [first = readUndefined, second = readUndefined] = call.parameters.map((parameter) =>
    compileValue(parameter, scope),
  );
  return (row) => apply(first(row), second(row));
}

function readUndefined(): Value {
  return undefined;
}

function compileNegation<Row>(operand: Expression, scope: Scope<Row>): Reader<Row> {
  const read = compileValue(operand, scope);
  return (row) => {
    const value = numberOf(read(row));
    return value === undefined ? undefined : -value;
  };
}

const ARITHMETIC: Record<ArithmeticOperator, (left: number, right: number) => number | undefined> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => (right === 0 ? undefined : left / right),
  '%': (left, right) => (right === 0 ? undefined : left % right),
};

function compileArithmetic<Row>(arithmetic: Arithmetic, scope: Scope<Row>): Reader<Row> {
  const first = compileValue(arithmetic.first, scope);
  const steps = arithmetic.rest.map(({ operator, operand }) => ({
    apply: ARITHMETIC[operator],
    read: compileValue(operand, scope),
  }));
  return (row) => {
    let result = numberOf(first(row));
    for (const { apply, read } of steps) {
      const operand = numberOf(read(row));
      if (result === undefined || operand === undefined) return undefined;
      result = apply(result, operand);
    }
    return result;
  };
}
