/** Enough for the processors of a small machine. */
const AT_ONCE = 4;

/** Works on some items at a time, until all are done or one fails. */
export async function inTurns<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
  const rest = [...items];
  await Promise.all(
    Array.from({length: AT_ONCE}, async () => {
      for (let item = rest.shift(); item !== undefined; item = rest.shift()) await work(item);
    }),
  );
}
