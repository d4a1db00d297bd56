/** Work whose outcome is awaited in its turn, which another failure may prevent: then nobody hears of this one's. */
export function heardLater<Value>(work: Promise<Value>): Promise<Value> {
  work.catch(() => {});
  return work;
}
