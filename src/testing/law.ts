/** A law of a contract, checkable by any test runner: `for (const law of storageLaws(make)) test(law.name, law.check)`. */
export interface Law {
  readonly name: string;
  /** Throws an AssertionError where the law is broken. */
  readonly check: () => void | Promise<void>;
}
