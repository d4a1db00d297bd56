/** Of several failures the one that came first, and those of the clean-up that followed it. */
export interface FailureSequence {
  readonly failure: unknown;
  readonly cleanUpFailures: readonly unknown[];
}

/**
 * Takes apart what `await using` throws when both the work and the disposal of what it used have failed: a
 * SuppressedError, whose `suppressed` came first. Known by its name, for not every runtime has that class.
 */
export function unwrapSuppressed(thrown: unknown): FailureSequence {
  if (!isSuppressedError(thrown)) return {failure: thrown, cleanUpFailures: []};
  const first = unwrapSuppressed(thrown.suppressed);
  const later = unwrapSuppressed(thrown.error);
  return {
    failure: first.failure,
    cleanUpFailures: [...first.cleanUpFailures, later.failure, ...later.cleanUpFailures],
  };
}

function isSuppressedError(thrown: unknown): thrown is Error & {readonly error: unknown; readonly suppressed: unknown} {
  return thrown instanceof Error && thrown.name === 'SuppressedError' && 'error' in thrown && 'suppressed' in thrown;
}
