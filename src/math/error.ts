/**
 * The one error that Attune throws on bad input or a world that is not as asked.
 * `code` is stable and may be matched on; `facts` holds what the message speaks of; the message says what was asked, what came, and what to do.
 * Broken invariants throw a plain `Error('internal: …')` instead.
 */
export class TuneError extends Error {
  override readonly name = 'TuneError';
  readonly code: string;
  readonly facts: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.facts = facts;
  }
}

/** True for a TuneError, also one made by a second copy of the package. */
export const isTuneError = (error: unknown): error is TuneError =>
  error instanceof Error && error.name === 'TuneError' && 'code' in error && typeof error.code === 'string';
