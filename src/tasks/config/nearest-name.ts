const MAX_DISTANCE = 3;

/**
 * The name among `known` that `written` was most probably meant to be: the one with the fewest letters added, lost,
 * replaced or swapped with their neighbour (no more than a quarter of them, nor more than 3), else the first that goes
 * on with an underscore where `written` ends, `bandwidth_limit` for `bandwidth`. Undefined when none is near.
 */
export function nearestName(written: string, known: readonly string[]): string | undefined {
  let nearest: {name: string; distance: number} | undefined;
  for (const name of known) {
    // Each edit changes the length by one at most; this also spares the work on names of absurd length.
    if (Math.abs(written.length - name.length) > MAX_DISTANCE) continue;
    const distance = editDistance(written, name);
    const limit = Math.min(MAX_DISTANCE, Math.max(1, Math.floor(Math.max(written.length, name.length) / 4)));
    if (distance <= limit && distance < (nearest?.distance ?? Number.POSITIVE_INFINITY)) nearest = {name, distance};
  }
  return nearest?.name ?? known.find((name) => name.startsWith(`${written}_`));
}

/** Damerau-Levenshtein, in the form where no stretch is edited twice. */
function editDistance(left: string, right: string): number {
  const width = right.length + 1;
  // distances[row * width + column]: between the first `row` letters of left and the first `column` of right
  const distances = Array.from({length: (left.length + 1) * width}, () => 0);
  const at = (row: number, column: number): number => distances[row * width + column] ?? 0;
  for (let row = 0; row <= left.length; row += 1) {
    for (let column = 0; column <= right.length; column += 1) {
      distances[row * width + column] = row === 0 || column === 0 ? row + column : cheapest(row, column);
    }
  }
  return at(left.length, right.length);

  function cheapest(row: number, column: number): number {
    const replaced = at(row - 1, column - 1) + (left[row - 1] === right[column - 1] ? 0 : 1);
    const distance = Math.min(replaced, at(row - 1, column) + 1, at(row, column - 1) + 1);
    const swapped = row > 1 && column > 1 && left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
    return swapped ? Math.min(distance, at(row - 2, column - 2) + 1) : distance;
  }
}
