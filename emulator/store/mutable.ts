/**
 * A record that can be changed. Outside the store every record is readonly, so that no file outside the store may
 * import this type.
 */
export type Mutable<T> = { -readonly [Name in keyof T]: T[Name] };
