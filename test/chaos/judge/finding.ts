export interface Finding {
  /** The invariant or the kind of answer that does not hold; docs/testing.md has them all. */
  readonly rule: string;
  readonly message: string;
}
