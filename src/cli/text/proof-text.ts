import type {Proof} from '../../tasks/report.js';

/** What stands behind a good ending, for a table. */
export function proofWord(proof: Proof): string {
  switch (proof.kind) {
    case 'sealed':
      return 'sealed';
    case 'patch-stored':
      return proof.check === 'sha256' ? 'patch stored, by SHA-256' : 'patch stored, by size';
    case 'in-place':
      return 'in place';
    default:
      return proof satisfies never;
  }
}

/** The same, with what matters less. */
export function proofText(proof: Proof): string {
  if (proof.kind !== 'sealed') return proofWord(proof);
  return `sealed, read back ${proof.readBack === 'direct' ? 'from the medium' : 'through the page cache'}`;
}
