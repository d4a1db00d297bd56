/** About a note of an interrupted run that is kept because nobody here can tell what it says. */
export function unknownNoteText(file: string): string {
  return `a note of an interrupted run in ${file} cannot be understood, and is kept`;
}

export const UNKNOWN_NOTE_HINT =
  'a newer version may have made it; else see what it names, and take it out of the file while no run is under way';
