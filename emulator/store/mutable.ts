/**
 * A record as the store changes it. Outside the store every record is readonly; this type is the pen, and no file outside
 * the store may import it.
 */
export type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
